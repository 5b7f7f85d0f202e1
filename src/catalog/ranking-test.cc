// The rules of the ranking, each on a catalogue small enough to see why. How well they work
// together is measured by the questions of search-test.cc.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "catalog/search.h"
#include "catalog/test-sets.h"

namespace executor::catalog {
namespace {

using testing::compileSet;
using testing::documentOf;
using testing::SharedSet;
using testing::snapshotOf;

struct Op {
  std::string method, id, summary, more;  // `more`: members of the operation, as JSON
};

SharedSet setOf(const std::vector<Op>& operations) {
  std::string paths;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Op& op = operations[i];
    paths += fmt::format(R"({}"/p{}":{{"{}":{{"operationId":"{}","summary":"{}"{}{},"responses":)"
                         R"({{"200":{{"description":"ok"}}}}}}}})",
                         i == 0 ? "" : ",", i, op.method, op.id, op.summary,
                         op.more.empty() ? "" : ",", op.more);
  }
  return compileSet(documentOf("{" + paths + "}"));
}

std::vector<std::string> found(const Snapshot& snapshot, std::string_view text) {
  std::vector<std::string> paths;
  for (const Hit& hit : search(snapshot.searched(), parseQuery(text, snapshot.sourceNames())))
    paths.push_back(snapshot.ref(hit.source, hit.tool).path);
  return paths;
}

std::vector<std::string> found(const std::vector<Op>& operations, std::string_view text) {
  return found(*snapshotOf({{"s", setOf(operations)}}), text);
}

using Paths = std::vector<std::string>;

TEST(Ranking, ANameSaysMoreThanASummaryAndASummaryMoreThanADescription) {
  const std::vector<Op> operations = {
      {"get", "one", "Nothing here", R"("description":"About invoices.")"},
      {"get", "two", "About invoices", ""},
      {"get", "invoices", "Nothing here", ""}};
  EXPECT_EQ(found(operations, "invoices"), (Paths{"s.invoices", "s.two", "s.one"}));
}

TEST(Ranking, TheToolWhoseWholeNameIsAskedForLeads) {
  const std::vector<Op> operations = {{"post", "issues_create_comment", "Create a comment", ""},
                                      {"post", "issues_create", "Create an issue", ""},
                                      {"post", "issues_create_label", "Create a label", ""}};
  EXPECT_EQ(found(operations, "create issue").front(), "s.issues_create");
  EXPECT_EQ(found(operations, "create issue comment").front(), "s.issues_create_comment");
}

TEST(Ranking, ADeprecatedToolStandsBehindItsSuccessor) {
  const std::vector<Op> operations = {{"get", "list_users", "List users", R"("deprecated":true)"},
                                      {"get", "list_users_v_2", "List users", ""}};
  EXPECT_EQ(found(operations, "list users"), (Paths{"s.list_users_v_2", "s.list_users"}));
}

TEST(Ranking, AQuestionThatReadsPrefersReads) {
  const std::vector<Op> operations = {{"post", "users", "Users", ""},
                                      {"get", "users_2", "Users", ""}};
  EXPECT_EQ(found(operations, "show users").front(), "s.users_2");
  EXPECT_EQ(found(operations, "add users").front(), "s.users");
}

TEST(Ranking, AVerbNobodyAskedForCounts) {
  const std::vector<Op> operations = {{"delete", "delete_run", "Delete a workflow run", ""},
                                      {"post", "run_workflow", "Start a workflow run", ""}};
  EXPECT_EQ(found(operations, "run workflow").front(), "s.run_workflow");
  EXPECT_EQ(found(operations, "delete run").front(), "s.delete_run");
}

TEST(Ranking, ARareWordSaysMoreThanACommonOne) {
  std::vector<Op> operations;
  for (int i = 0; i < 30; ++i)
    operations.push_back(
        {"get", fmt::format("list_thing{}", char('a' + i % 26)), "List things", ""});
  operations.push_back({"get", "show_invoice", "Show an invoice", ""});
  EXPECT_EQ(found(operations, "list invoice").front(), "s.show_invoice");
}

TEST(Ranking, WhatMeetsTooLittleOfTheQuestionIsNoResult) {
  const std::vector<Op> operations = {
      {"post", "create_webhook_delivery", "Create a webhook delivery", ""},
      {"post", "create_user", "Create a user", ""}};
  const Paths paths = found(operations, "create webhook delivery");
  EXPECT_EQ(paths, (Paths{"s.create_webhook_delivery"}));
}

TEST(Ranking, EverySynonymOfOneWordCountsOnce) {
  const std::vector<Op> operations = {
      {"post", "a", "Create, add, make, open, insert and submit", ""},
      {"post", "create_ticket", "Create a ticket", ""}};
  EXPECT_EQ(found(operations, "create ticket").front(), "s.create_ticket");
}

TEST(Ranking, ACompletionIsTriedForUnknownWordsOfThreeLettersOnly) {
  const std::vector<Op> operations = {{"get", "get_configuration", "Get the configuration", ""},
                                      {"get", "get_con", "Get the con", ""}};
  EXPECT_EQ(found({operations[0]}, "configu"), (Paths{"s.get_configuration"}));
  EXPECT_TRUE(found({operations[0]}, "cp").empty());
  EXPECT_EQ(found(operations, "con"), (Paths{"s.get_con"})) << "a known word is not completed";
}

TEST(Ranking, ASlipIsForgivenByTheLengthOfTheWord) {
  const std::vector<Op> operations = {{"get", "get_invoice", "Get an invoice", ""},
                                      {"get", "get_tag", "Get a tag", ""}};
  EXPECT_EQ(found(operations, "invoize"), (Paths{"s.get_invoice"}));
  EXPECT_TRUE(found(operations, "taq").empty()) << "three letters may be any word";
  EXPECT_TRUE(found(operations, "bnvoice").empty()) << "the first letter is taken as right";
}

TEST(Ranking, NearSpellingsAreTheNearestOnly) {
  const SharedSet set = setOf({{"get", "label", "Label", ""}, {"get", "lapel", "Lapel", ""}});
  EXPECT_EQ(nearSpellings(*set, "labe"), (std::vector<std::string_view>{"label"}));
  EXPECT_TRUE(nearSpellings(*set, "").empty());
  EXPECT_TRUE(nearSpellings(*set, "zzzzz").empty());
}

TEST(Ranking, AWishedSourceLeadsButFindsNothingItHasNot) {
  const SharedSet mail = setOf({{"post", "send_mail", "Send a mail", ""}});
  const SharedSet chat = setOf(
      {{"post", "send_message", "Send a message", ""}, {"post", "send_mail", "Send a mail", ""}});
  const auto snapshot = snapshotOf({{"gmail", mail}, {"chat", chat}});
  EXPECT_EQ(found(*snapshot, "chat send mail").front(), "chat.send_mail");
  EXPECT_EQ(found(*snapshot, "gmail send mail").front(), "gmail.send_mail");
  EXPECT_EQ(found(*snapshot, "gmail send message").front(), "chat.send_message");
}

TEST(Ranking, ASourceOfTwoLettersIsAWordLikeAnyOther) {
  EXPECT_TRUE(parseQuery("my x issues", {"x"}).wishedSources.empty());
  EXPECT_EQ(parseQuery("abc issues", {"abc"}).wishedSources, (Paths{"abc"}));
  EXPECT_EQ(parseQuery("ABC issues", {"abc"}).wishedSources, (Paths{"abc"}));
  EXPECT_EQ(parseQuery("hub issues", {"hub_one", "hub_two"}).wishedSources,
            (Paths{"hub_one", "hub_two"}));
}

TEST(Ranking, WordsAreFoundInEveryFormAndCase) {
  const std::vector<Op> operations = {{"get", "listUserRepositories", "List repositories", ""}};
  for (const char* text : {"repository", "Repositories", "REPOSITORY", "user repository",
                           "listUserRepositories", "list_user_repositories", "repos"})
    EXPECT_EQ(found(operations, text), (Paths{"s.list_user_repositories"})) << text;
}

TEST(Ranking, OtherScriptsAreWordsToo) {
  const std::vector<Op> operations = {{"get", "a", "ユーザーを一覧", ""},
                                      {"get", "b", "Größe ändern", ""}};
  EXPECT_EQ(found(operations, "Größe"), (Paths{"s.b"}));
  EXPECT_EQ(found(operations, "ユーザーを一覧"), (Paths{"s.a"}));
}

// Each of these once hung, crashed or gave nonsense in some search somewhere.
TEST(Ranking, HostileQuestionsCostLittleAndFindNothing) {
  const std::vector<Op> operations = {{"get", "label", "Label", ""}};
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "label ";
  for (const std::string& text :
       {std::string(kMaxQueryBytes * 10, 'x'), std::string(100, '\0'), std::string("\xff\xfe\xc3"),
        std::string("' OR 1=1 --"), std::string("{}[]()*?+"), std::string("....."),
        std::string(999, '_'), "é" + std::string(kMaxQueryBytes - 3, 'x') + "é"})
    EXPECT_TRUE(found(operations, text).empty()) << text.substr(0, 20);
  EXPECT_EQ(found(operations, deep), (Paths{"s.label"}));
}

// The order must not depend on what else is in memory, or a page would show a tool twice.
TEST(Ranking, EqualToolsKeepTheOrderOfSourcesAndTools) {
  std::vector<Op> operations;
  for (int i = 0; i < 150; ++i) operations.push_back({"get", "label", "Label", ""});
  const auto snapshot = snapshotOf({{"b", setOf(operations)}, {"a", setOf(operations)}});
  const Paths first = found(*snapshot, "label");
  ASSERT_EQ(first.size(), 300u);
  for (int round = 0; round < 3; ++round) EXPECT_EQ(found(*snapshot, "label"), first);
  EXPECT_EQ(first.front(), "a.label");
}

TEST(Ranking, ScoresFallFromFirstToLastOfTheReranked) {
  std::vector<Op> operations;
  for (int i = 0; i < 120; ++i)
    operations.push_back({i % 2 ? "get" : "post", fmt::format("label_{}", char('a' + i % 26)),
                          i % 3 ? "Label of a thing" : "Thing", ""});
  const SharedSet set = setOf(operations);
  const std::vector<SearchedSet> sets{{"s", set.get()}};
  const auto hits = search(sets, parseQuery("label thing", {}));
  ASSERT_GT(hits.size(), kRerankedHits);
  for (std::size_t i = 1; i < kRerankedHits; ++i) EXPECT_GE(hits[i - 1].score, hits[i].score) << i;
  for (const Hit& hit : hits) EXPECT_TRUE(std::isfinite(hit.score) && hit.score >= 0);
}

TEST(Phrases, StandForWhatTheyMean) {
  const std::vector<Op> operations = {
      {"get", "get_authenticated_user", "Get the authenticated user", ""},
      {"post", "login", "Log in", ""},
      {"delete", "delete_thing", "Delete a thing", ""},
      {"post", "create_thing", "Create a thing", ""}};
  const std::pair<const char*, const char*> rows[] = {{"who am I", "s.get_authenticated_user"},
                                                      {"whoami", "s.get_authenticated_user"},
                                                      {"WHO AM I?", "s.get_authenticated_user"},
                                                      {"please sign in", "s.login"},
                                                      {"log in", "s.login"},
                                                      {"get rid of a thing", "s.delete_thing"},
                                                      {"set up a thing", "s.create_thing"}};
  for (const auto& [text, path] : rows) {
    const Paths paths = found(operations, text);
    ASSERT_FALSE(paths.empty()) << text;
    EXPECT_EQ(paths.front(), path) << text;
  }
}

TEST(Query, StopWordsAreThoseThatSayNothing) {
  for (const char* word : {"the", "a", "please", "for", "which", ""})
    EXPECT_TRUE(isStopWord(word)) << word;
  for (const char* word : {"list", "create", "me", "not", "no", "issue"})
    EXPECT_FALSE(isStopWord(word)) << word;
}

TEST(Query, VerbsAreKnownAsTyped) {
  for (const char* word : {"create", "list", "rerun", "archive"}) EXPECT_TRUE(isVerb(word)) << word;
  for (const char* word : {"Create", "creating", "issue", "", "lists"})
    EXPECT_FALSE(isVerb(word)) << word;
}

}  // namespace
}  // namespace executor::catalog
