// What the tests of identity share: a store in a temporary directory, a clock moved by hand, and a
// loop that runs until one task is done.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/id.h"
#include "identity/records.h"
#include "identity/service.h"
#include "store/store.h"

namespace executor::identity {

class IdentityFixture : public testing::Test {
 protected:
  IdentityFixture() {
    std::filesystem::create_directories(directory_);
    auto opened = store::openStore(
        {.path = directory_ + "/executor.db", .masterKey = randomKey(), .schema = identitySchema()},
        loop_.get_executor());
    if (!opened) ADD_FAILURE() << opened.error().message << " " << opened.error().detail;
    store_ = *std::move(opened);
  }
  ~IdentityFixture() override {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    asio::co_spawn(loop_, std::move(task), [&](const std::exception_ptr& thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      result = std::move(value);
    });
    while (!result) loop_.run_one();
    return *std::move(result);
  }

  // A server of its own on the same store, as after a restart or on a second node.
  std::unique_ptr<Identity> make(IdentityOptions options = {}) {
    if (options.dataDir.empty()) options.dataDir = directory_ + "/data";
    return makeIdentity(*store_, clock_, options);
  }

  std::unique_ptr<Identity> started(IdentityOptions options = {}) {
    auto identity = make(std::move(options));
    auto result = run(identity->ensureFirstStart());
    if (!result) ADD_FAILURE() << result.error().message;
    first_ = result.value_or(FirstStart{});
    return identity;
  }

  static net::Request request(std::string method = "GET") {
    net::Request out;
    out.method = std::move(method);
    out.path = "/api/v1/status";
    return out;
  }
  static net::Request withKey(const std::string& key, const std::string& query = "") {
    auto out = request();
    out.query = query;
    out.headers.set("x-api-key", key);
    return out;
  }
  static net::Request withBearer(const std::string& token) {
    auto out = request();
    out.headers.set("authorization", "Bearer " + token);
    return out;
  }
  static net::Request withCookie(const std::string& setCookie, std::string method = "GET") {
    auto out = request(std::move(method));
    out.headers.set("cookie", setCookie.substr(0, setCookie.find(';')));
    return out;
  }

  Principal owner() {
    return {.kind = CredentialKind::person,
            .accountId = first_.accountId,
            .organizationId = first_.organizationId,
            .workspaceId = first_.workspaceId};
  }
  Principal agent() {
    auto out = owner();
    out.kind = CredentialKind::agent;
    return out;
  }

  static std::string readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string data(const std::string& file) const { return directory_ + "/data/" + file; }

  // Every byte the store has put on disk.
  std::string databaseBytes() const {
    return readFile(directory_ + "/executor.db") + readFile(directory_ + "/executor.db-wal");
  }

  template <class F>
  void change(F fn) {
    const auto status = run(store_->write([fn](store::Txn& txn) -> Status { return fn(txn); }));
    EXPECT_TRUE(status) << status.error().message;
  }

  std::string directory_ =
      (std::filesystem::temp_directory_path() / ("identity-" + newId("test"))).string();
  asio::io_context loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  ManualClock clock_{1'800'000'000'000};
  std::unique_ptr<store::Store> store_;
  FirstStart first_;
};

}  // namespace executor::identity
