#include "source/openapi/operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "source/openapi/flat-input.h"
#include "source/openapi/media-type.h"
#include "source/openapi/parameters.h"
#include "source/openapi/servers.h"

namespace executor::source::openapi {
namespace {

constexpr int kAfterNumbers = 1'000;  // sorts "2XX" behind every numeric status

// The first tag groups (OAS-39); the others are lost, as a path has one place only.
std::string firstTag(const json::object& operation) {
  const auto* tags = operation.if_contains("tags");
  if (!tags || !tags->is_array() || tags->get_array().empty()) return {};
  const auto* tag = tags->get_array().front().if_string();
  return tag ? std::string(*tag) : std::string();
}

// Statuses that begin with 2: numeric ones ascending, then the rest ("2XX") in document order.
std::vector<const json::key_value_pair*> successes(const json::object& responses) {
  std::vector<const json::key_value_pair*> out;
  for (const auto& response : responses)
    if (response.key().starts_with('2')) out.push_back(&response);
  // Members stand in the document's order in memory, so their addresses break ties.
  std::ranges::sort(out, {}, [](const auto* response) {
    const std::string_view status = response->key();
    int number = 0;
    const auto end = status.data() + status.size();
    const bool numeric = std::from_chars(status.data(), end, number).ptr == end;
    return std::pair(numeric ? number : kAfterNumbers, response);
  });
  return out;
}

// application/json, application/vnd.x+json, */*: what is sent and read as JSON today.
bool isJson(std::string_view mediaType) {
  return mediaType.empty() || mediaType == "*/*" || mediaType.contains("json");
}

}  // namespace

OperationCompiler::OperationCompiler(const Document& document, std::string_view documentUrl,
                                     ToolSetBuilder& builder, SchemaCompiler& schemas,
                                     Warnings& warnings)
    : document_(document),
      documentUrl_(documentUrl),
      builder_(builder),
      schemas_(schemas),
      warnings_(warnings) {
  const auto& root = document.root();
  documentServers_ = serverUrls(root.if_contains("servers"), documentUrl, warnings);
  // A document without servers is served from where it lies (OpenAPI 3.0, "servers").
  if (documentServers_.empty() && !documentUrl.empty())
    documentServers_.push_back(resolveUrl(documentUrl, "/"));
  documentSecurity_ = security(root.if_contains("security"));
}

// An entry {} is an alternative that needs nothing: "a credential is optional" in OpenAPI's words.
std::vector<std::vector<std::string>> OperationCompiler::security(const json::value* requirements) {
  std::vector<std::vector<std::string>> out;
  if (!requirements || !requirements->is_array()) return out;
  for (const auto& alternative : requirements->get_array()) {
    const auto* object = alternative.if_object();
    if (!object) continue;
    auto& names = out.emplace_back();
    for (const auto& [name, scopes] : *object) names.emplace_back(name);
  }
  // `security: []` on an operation lifts the document's: one alternative that needs nothing.
  if (out.empty()) out.emplace_back();
  return out;
}

Result<ToolRecord> OperationCompiler::compile(const OperationContext& context) {
  ToolRecord out;
  describe(context, out);
  servers(context, out);
  EXECUTOR_CHECK(parameters(context, out));
  EXECUTOR_CHECK(placeholders(context, out));
  EXECUTOR_CHECK(body(context, out));
  EXECUTOR_CHECK(output(context, out));
  return out;
}

// Texts of the path stand in where the operation has none; its own empty text counts as none too.
void OperationCompiler::describe(const OperationContext& context, ToolRecord& out) {
  const auto& operation = *context.operation;
  out.method = context.method;
  out.pathTemplate = context.pathTemplate;
  out.operationId = findString(operation, "operationId");
  out.summary = findString(operation, "summary", findString(*context.pathItem, "summary"));
  out.description =
      findString(operation, "description", findString(*context.pathItem, "description"));
  out.tag = firstTag(operation);
  out.deprecated = findBool(operation, "deprecated");
  const auto* own = operation.if_contains("security");
  out.security = own ? security(own) : documentSecurity_;
}

// The nearest level with a usable entry, whole: levels are not mixed (OpenAPI, "servers").
void OperationCompiler::servers(const OperationContext& context, ToolRecord& out) {
  for (const auto* level : {context.operation, context.pathItem}) {
    out.servers = serverUrls(level->if_contains("servers"), documentUrl_, warnings_);
    if (!out.servers.empty()) return;
  }
  out.servers = documentServers_;
}

Status OperationCompiler::parameters(const OperationContext& context, ToolRecord& out) {
  const auto found =
      effectiveParameters(document_, *context.pathItem, *context.operation,
                          operationKey(context.method, context.pathTemplate), warnings_);
  for (const auto& [source, location] : found) {
    EXECUTOR_TRY(auto parameter, this->parameter(*source, location));
    out.parameters.push_back(std::move(parameter));
  }
  return {};
}

// Defaults of style and explode are the standard's. A path parameter is required whatever it says.
Result<ToolRecord::Parameter> OperationCompiler::parameter(const json::object& source,
                                                           Location location) {
  ToolRecord::Parameter out;
  out.wireName = findString(source, "name");
  out.location = location;
  out.required = location == Location::path || findBool(source, "required");
  out.description = findString(source, "description");
  out.deprecated = findBool(source, "deprecated");
  out.allowReserved = findBool(source, "allowReserved");
  const bool form = location == Location::query || location == Location::cookie;
  out.style = findString(source, "style", form ? "form" : "simple");
  out.explode = findBool(source, "explode", out.style == "form");
  EXECUTOR_TRY(out.schema, parameterSchema(source, out));
  return out;
}

// `schema`, or `content` with one media type, or Swagger-like keywords on the parameter itself.
Result<std::uint32_t> OperationCompiler::parameterSchema(const json::object& source,
                                                         ToolRecord::Parameter& out) {
  if (const auto* schema = source.if_contains("schema")) return schemas_.compile(*schema);
  if (const auto* content = findObject(source, "content")) {
    const MediaChoice media = chooseMedia(*content);
    if (isJson(media.name)) {
      out.style = "content";
      out.explode = false;
    }
    return media.schema ? schemas_.compile(*media.schema) : schemas_.any();
  }
  if (!source.contains("type") && !source.contains("enum")) return schemas_.any();
  // Kept until the end: the schema compiler holds views of its references.
  json::object& inlined = inlined_.emplace_back(json::object_kind).get_object();
  for (const auto key : {"type", "enum", "items", "format", "default"})
    if (const auto* value = source.if_contains(key)) inlined[key] = *value;
  return schemas_.compile(inlined_.back());
}

// A `{name}` of the template that nobody declared is declared here, or the tool could not be
// called.
Status OperationCompiler::placeholders(const OperationContext& context, ToolRecord& out) {
  for (const auto name : placeholdersOf(context.pathTemplate)) {
    const bool declared = std::ranges::any_of(out.parameters, [&](const auto& parameter) {
      return parameter.location == Location::path && parameter.wireName == name;
    });
    if (declared) continue;
    warnings_.add(fmt::format("{} does not declare its path parameter {}; it is taken as a string.",
                              operationKey(context.method, context.pathTemplate), name));
    const std::uint32_t string = builder_.addSchema({.types = kTypeString});
    out.parameters.push_back({.wireName = std::string(name),
                              .location = Location::path,
                              .required = true,
                              .schema = string,
                              .style = "simple"});
  }
  return {};
}

// Whole for now; flatten() decides when the schema graph is complete.
Status OperationCompiler::body(const OperationContext& context, ToolRecord& out) {
  const auto* declared = context.operation->if_contains("requestBody");
  if (!declared) return {};
  const std::string key = operationKey(context.method, context.pathTemplate);
  const auto* target = document_.follow(*declared);
  if (!target || !target->is_object()) {
    warnings_.add(fmt::format("The request body of {} leads nowhere; it is left out.", key));
    return {};
  }
  const auto* content = findObject(*target, "content");
  const MediaChoice media = content ? chooseMedia(*content) : MediaChoice{};
  out.bodyMode = BodyMode::whole;
  out.bodyRequired = findBool(*target, "required");
  out.bodyMediaType = media.name.empty() || media.name == "*/*" ? "application/json" : media.name;
  if (!isJson(out.bodyMediaType))
    warnings_.add(fmt::format("{} takes {}.", key, out.bodyMediaType));
  out.bodySchema = schemas_.any();
  if (!media.schema) return {};
  EXECUTOR_TRY(out.bodySchema, schemas_.compile(*media.schema));
  return {};
}

// 204 beside 200 does not make the output empty; only a tool all of whose successes have no content
// returns nothing.
Status OperationCompiler::output(const OperationContext& context, ToolRecord& out) {
  const auto* responses = findObject(*context.operation, "responses");
  if (!responses) return {};
  const auto found = successes(*responses);
  out.outputEmpty = !found.empty();
  for (const auto* status : found) {
    EXECUTOR_TRY(const bool done, response(status->value(), out));
    if (done) break;
  }
  return {};
}

// True if this response has a schema and the search is over.
Result<bool> OperationCompiler::response(const json::value& source, ToolRecord& out) {
  const auto* target = document_.follow(source);
  const auto* content = target ? findObject(*target, "content") : nullptr;
  if (!content || content->empty()) return false;
  out.outputEmpty = false;
  const MediaChoice media = chooseMedia(*content);
  if (out.outputMediaType.empty()) out.outputMediaType = media.name;
  if (!media.schema) return false;
  out.outputMediaType = media.name;
  EXECUTOR_TRY(out.outputSchema, schemas_.compile(*media.schema));
  return true;
}

// Required inside an optional body is not required of the input: the body may be left out as a
// whole.
void OperationCompiler::flatten(ToolRecord& tool) {
  const FlatBody body =
      tool.bodyMode == BodyMode::whole ? flattenBody(builder_, tool.bodySchema) : FlatBody{};
  if (body.isObject) {
    tool.bodyMode = BodyMode::flattened;
    tool.bodyOpen = body.additionalDeclared;
    for (const auto& property : body.properties)
      tool.parameters.push_back({.wireName = std::string(builder_.textAt(property.name)),
                                 .location = Location::body,
                                 .required = property.required && tool.bodyRequired,
                                 .schema = property.schema,
                                 .style = {},
                                 .description = {}});
  } else if (tool.bodyMode == BodyMode::whole) {
    tool.parameters.push_back({.wireName = "body",
                               .location = Location::body,
                               .required = tool.bodyRequired,
                               .schema = tool.bodySchema});
  }
  nameFlat(tool.parameters);
}

}  // namespace executor::source::openapi
