// Checks before anything is stored, in the order name, kind, place, secret: the secret comes last,
// so that a text about another field cannot have seen it. Header injection is impossible from here
// on, because no value with a control character gets past.
#include "credential/connection-draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/text.h"

namespace executor::credential {
namespace {

using source::SecurityScheme;

constexpr std::string_view kDefaultHeader = "x-api-key";
// Headers that belong to the transport or to other ways of signing in.
constexpr std::array<std::string_view, 9> kForbiddenHeaders = {
    "host", "content-length", "transfer-encoding", "connection", "cookie", "upgrade",
    "te",   "expect",         "content-type"};

std::unexpected<Error> wrong(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_argument, std::move(message), std::move(hint));
}

bool isVisible(unsigned char c) { return c > 0x20 && c < 0x7f; }

// RFC 9110 section 5.6.2.
bool isToken(std::string_view text) {
  constexpr std::string_view kSeparators = "\"(),/:;<=>?@[\\]{}";
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return isVisible(c) && kSeparators.find(static_cast<char>(c)) == std::string_view::npos;
  });
}

// Line breaks end a header; the rest of them no key has.
bool hasControl(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// RFC 9110 section 5.5 allows more; what more there is, servers read differently.
bool isHeaderValue(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return isVisible(c) || c == ' '; });
}

// RFC 6265 section 4.1.1.
bool isCookieValue(std::string_view text) {
  constexpr std::string_view kBad = "\",;\\";
  return std::ranges::all_of(text, [&](unsigned char c) {
    return isVisible(c) && kBad.find(static_cast<char>(c)) == std::string_view::npos;
  });
}

// The first scheme of this type, and of this place if one is asked for.
const SecurityScheme* schemeOf(const std::vector<SecurityScheme>& schemes, std::string_view type,
                               std::string_view in) {
  const auto at = std::ranges::find_if(schemes, [&](const SecurityScheme& scheme) {
    return scheme.type == type && (in.empty() || scheme.in == in);
  });
  return at == schemes.end() ? nullptr : &*at;
}

// What the document asks for first; tokens of OAuth and OpenID are sent as bearer.
Result<std::string> kindFrom(const std::vector<SecurityScheme>& schemes) {
  for (const SecurityScheme& scheme : schemes) {
    if (scheme.type == "oauth2" || scheme.type == "openIdConnect") return "bearer";
    if (scheme.type == "bearer" || scheme.type == "basic" || scheme.type == "apiKey") {
      return scheme.type;
    }
  }
  return wrong("kind is needed: the document does not say how to sign in.",
               "Use bearer, basic or apiKey.");
}

// The list is the whole contract with source::Authorization.
Status checkKind(std::string_view kind) {
  if (kind == "bearer" || kind == "basic" || kind == "apiKey") return {};
  return wrong(fmt::format("{} is no kind of connection.", quoteJson(truncateText(kind, 40))),
               "Use bearer, basic or apiKey.");
}

// A slash would make "source/name" ambiguous.
Status checkName(std::string_view name) {
  if (!name.empty() && name.size() <= kMaxConnectionNameBytes && !hasControl(name) &&
      isValidUtf8(name) && name.find('/') == std::string_view::npos) {
    return {};
  }
  return wrong(
      fmt::format("A connection's name has 1 to {} bytes, no slash and no control "
                  "characters.",
                  kMaxConnectionNameBytes));
}

// One rule for headers, query and cookies: what is a token is safe in all three.
Status checkParameter(const ConnectionDraft& draft) {
  if (draft.parameter.empty()) {
    return wrong(fmt::format("parameter is needed: which {} carries the key?",
                             draft.in == "query" ? "query parameter" : draft.in));
  }
  if (draft.parameter.size() > kMaxParameterBytes || !isToken(draft.parameter)) {
    return wrong(fmt::format("parameter must be a name of at most {} letters, digits, - or _.",
                             kMaxParameterBytes));
  }
  const std::string lower = toLowerAscii(draft.parameter);
  const bool forbidden = std::ranges::find(kForbiddenHeaders, lower) != kForbiddenHeaders.end();
  if (draft.in != "header" || !forbidden) return {};
  return wrong(fmt::format("The header {} cannot carry a key.", lower),
               "Use the header that the API's documentation names.");
}

// What a person says wins over the document, the document over the default. A place without its own
// scheme takes no name from a scheme of another place.
Status completePlace(ConnectionDraft& draft, const std::vector<SecurityScheme>& schemes) {
  if (draft.kind != "apiKey") {
    if (draft.in.empty() && draft.parameter.empty()) return {};
    return wrong(fmt::format("in and parameter belong to apiKey, not to {}.", draft.kind),
                 "Leave them out.");
  }
  const SecurityScheme* declared = schemeOf(schemes, "apiKey", draft.in);
  if (draft.in.empty()) {
    const bool fits =
        declared != nullptr && (draft.parameter.empty() || draft.parameter == declared->parameter);
    draft.in = fits ? declared->in : "header";
  }
  if (draft.in != "header" && draft.in != "query" && draft.in != "cookie") {
    return wrong("in must be header, query or cookie.");
  }
  if (draft.parameter.empty() && declared != nullptr) draft.parameter = declared->parameter;
  if (draft.parameter.empty() && draft.in == "header") draft.parameter = kDefaultHeader;
  return checkParameter(draft);
}

// Per way of sending: basic is encoded and a query is escaped, so both may hold what a header may
// not.
Status checkCharacters(const ConnectionDraft& draft) {
  const std::string_view secret = draft.secret;
  if (hasControl(secret) || !isValidUtf8(secret)) {
    return wrong("The secret holds a line break or another control character.",
                 "Paste it without line breaks.");
  }
  if (secret.front() == ' ' || secret.back() == ' ') {
    return wrong("The secret begins or ends with a space.", "Paste it without spaces around it.");
  }
  if (draft.in == "cookie" && !isCookieValue(secret)) {
    return wrong("The secret holds a character that no cookie may have.");
  }
  if (draft.kind == "basic" || draft.in == "query" || isHeaderValue(secret)) return {};
  return wrong("The secret holds a character that no header may have.",
               "Keys and tokens are plain ASCII.");
}

// The two commonest mistakes with credentials get sentences of their own.
Status checkSecret(const ConnectionDraft& draft) {
  const std::string_view secret = draft.secret;
  if (secret.empty()) return wrong("The secret is empty.");
  if (secret.size() > kMaxSecretBytes) {
    return wrong(fmt::format("The secret is longer than {} bytes.", kMaxSecretBytes));
  }
  EXECUTOR_CHECK(checkCharacters(draft));
  if (draft.kind == "basic" && secret.find(':') == std::string_view::npos) {
    return wrong("A basic connection needs user:password.",
                 "If there is no password, end with the colon.");
  }
  if (draft.kind == "bearer" && secret.find(' ') != std::string_view::npos) {
    return wrong("A bearer token has no space in it.", "Give the token alone, without \"Bearer\".");
  }
  return {};
}

}  // namespace

Result<ConnectionDraft> completeDraft(ConnectionDraft draft,
                                      const std::vector<SecurityScheme>& schemes) {
  if (draft.name.empty()) draft.name = "default";
  EXECUTOR_CHECK(checkName(draft.name));
  if (draft.kind.empty()) {
    EXECUTOR_TRY(draft.kind, kindFrom(schemes));
  }
  EXECUTOR_CHECK(checkKind(draft.kind));
  EXECUTOR_CHECK(completePlace(draft, schemes));
  EXECUTOR_CHECK(checkSecret(draft));
  return draft;
}

// Trusts its arguments: they passed completeDraft() when they were stored.
source::Authorization authorizationOf(std::string_view kind, std::string_view in,
                                      std::string_view parameter, std::string_view secret) {
  using Kind = source::Authorization::Kind;
  source::Authorization out;
  out.value = secret;
  if (kind == "bearer") {
    out.kind = Kind::bearer;
  } else if (kind == "basic") {
    out.kind = Kind::basic;
  } else {
    out.kind = in == "query"    ? Kind::apiKeyQuery
               : in == "cookie" ? Kind::apiKeyCookie
                                : Kind::apiKeyHeader;
    out.name = parameter;
  }
  return out;
}

// The forms in which an upstream, a proxy or a log might repeat it.
void registerParts(std::string_view kind, std::string_view secret) {
  registerSecret(secret);
  registerSecret(percentEncode(secret));
  if (kind != "basic") return;
  registerSecret(base64Encode(secret));
  const std::size_t colon = secret.find(':');
  if (colon != std::string_view::npos) registerSecret(secret.substr(colon + 1));
}

}  // namespace executor::credential
