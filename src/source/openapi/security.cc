#include "source/openapi/security.h"

#include "base/text.h"

namespace executor::source::openapi {
namespace {

// Scheme names are compared without case (RFC 9110 section 11.1).
std::string httpType(std::string_view scheme) {
  if (equalsIgnoreCase(scheme, "bearer")) return "bearer";
  if (equalsIgnoreCase(scheme, "basic")) return "basic";
  return "unsupported";  // digest, negotiate, …
}

// An API key without a place or a name cannot be sent and stays "unsupported".
SecurityScheme schemeOf(std::string_view name, const json::object& source) {
  SecurityScheme out{.name = std::string(name), .type = "unsupported"};
  const std::string_view type = findString(source, "type");
  if (type == "http") out.type = httpType(findString(source, "scheme"));
  if (type == "oauth2" || type == "openIdConnect") out.type = type;
  if (type != "apiKey") return out;
  out.in = findString(source, "in");
  out.parameter = findString(source, "name");
  const bool known = out.in == "header" || out.in == "query" || out.in == "cookie";
  if (known && !out.parameter.empty()) out.type = "apiKey";
  return out;
}

}  // namespace

// References that lead nowhere are left out: a requirement that names one cannot be satisfied,
// which the user sees from the requirement.
std::vector<SecurityScheme> securitySchemesOf(const Document& document) {
  std::vector<SecurityScheme> out;
  const auto* components = findObject(document.root(), "components");
  const auto* schemes = components ? findObject(*components, "securitySchemes") : nullptr;
  if (!schemes) return out;
  for (const auto& [name, value] : *schemes) {
    const auto* target = document.follow(value);
    if (target && target->is_object()) out.push_back(schemeOf(name, target->get_object()));
  }
  return out;
}

}  // namespace executor::source::openapi
