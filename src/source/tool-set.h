// A compiled tool set: the immutable, content-addressed, memory-mapped form of one source document.
//
// It comes out of a jailed process, so the server treats the bytes as untrusted: header, size and
// hash first, then the FlatBuffers verifier, then our own range check of every schema index (D26:
// offsets cannot express cycles, so schemas are one flat vector and references are u32 indices).
// Once verified it is read in place; nothing is copied out at load. Workspaces that add the same
// document share one ToolSet. Tool paths inside a set have no source prefix ("issues.create"); the
// catalogue puts the source's name in front.
//
// Schema: src/source/tool-set.fbs. The views below are the only way the rest of the program reads
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace executor::source {

// Where one flat input property goes (D21).
enum class Location : std::uint8_t { path, query, header, cookie, body };

struct ParameterView {
  std::string_view flatName;  // the name in the tool's input: "owner", "page_query"
  std::string_view wireName;  // the name in the document
  Location location;
  bool required;
  std::uint32_t schema;    // index of a SchemaView
  std::string_view style;  // "form", "simple", …; "content" for a parameter that is JSON text
  bool explode;
  bool allowReserved;
  bool deprecated;
  std::string_view description;
};

// How the request body is made from the flat input. It depends on the body's schema alone, never on
// its media type, so that a tool's input keeps its shape when more media types can be sent.
enum class BodyMode : std::uint8_t {
  none,
  flattened,  // an object whose properties stand side by side with the parameters
  whole,      // the flat property `body` is the body
};

class ToolSet;

struct ToolView {
  std::uint32_t index;
  std::string_view path;         // "issues.create", unique within the set
  std::string_view operationId;  // as in the document; may be empty
  std::string_view method;       // upper case
  std::string_view pathTemplate;
  std::string_view summary;
  std::string_view description;
  std::string_view tag;
  bool deprecated;
  bool safe;  // GET, HEAD, OPTIONS: runs without approval, may be retried. Taken
              // from the method here, not from the file: it decides on approval
  BodyMode bodyMode;
  bool bodyRequired;
  bool bodyOpen;  // flattened: keys the tool does not declare go into the body
  std::string_view bodyMediaType;
  std::uint32_t bodySchema;    // kNoSchema if none
  std::uint32_t outputSchema;  // of the first 2xx response with one, else kNoSchema
  std::string_view outputMediaType;
  bool outputEmpty;                       // all 2xx responses are declared without content
  std::vector<ParameterView> parameters;  // flattened body properties too, with Location::body
  // Base URLs, operation over path over document; variables replaced by their defaults, relative
  // ones resolved against the document's own URL where that was known.
  std::vector<std::string_view> servers;
  // Alternatives, each the names of the schemes it needs together; an empty one means that no
  // credential is needed. No alternative at all: the document says nothing.
  std::vector<std::vector<std::string_view>> security;
};

inline constexpr std::uint32_t kNoSchema = 0xffffffff;

// One node of the schema graph, JSON Schema 2020-12 after normalization of the older dialects.
struct SchemaView {
  std::uint32_t index;
  std::string_view name;  // component name, empty if anonymous; may repeat
  std::uint16_t types;    // bit set of SchemaType; 0 = any
  std::string_view format;
  std::string_view description;
  std::string_view enumJson;  // JSON array text, empty if none
  std::string_view constJson;
  std::string_view defaultJson;
  struct Property {
    std::string_view name;
    std::uint32_t schema;
    bool required;
  };
  std::vector<Property> properties;
  std::vector<std::string_view> required;  // incl. names without a property
  std::uint32_t items = kNoSchema;
  std::vector<std::uint32_t> prefixItems;  // of a tuple
  std::uint32_t additional = kNoSchema;    // schema of additional properties
  bool additionalAllowed = true;           // false only for additionalProperties:false
  bool additionalDeclared = false;         // additionalProperties: true or a schema
  std::vector<std::uint32_t> allOf, anyOf, oneOf;
  bool never = false;  // the boolean schema `false`
  bool readOnly = false, writeOnly = false, deprecated = false;
  // The other validation keywords and `title`, `discriminator`. Subschemas in them (not, if,
  // patternProperties …) are as written, with their $ref; examples and extensions are dropped.
  std::string_view restJson;  // one JSON object text, or empty
};

enum SchemaType : std::uint16_t {
  kTypeNull = 1,
  kTypeBoolean = 2,
  kTypeInteger = 4,
  kTypeNumber = 8,
  kTypeString = 16,
  kTypeArray = 32,
  kTypeObject = 64,
};

// A security scheme the document declares, and whether Executor can satisfy it.
struct SecurityScheme {
  std::string name;
  std::string type;       // "bearer" "basic" "apiKey" "oauth2" "openIdConnect" "unsupported"
  std::string in;         // apiKey: header, query, cookie
  std::string parameter;  // apiKey: its name
};

class ToolSet {
 public:
  virtual ~ToolSet() = default;

  // Verifies and opens. The bytes are kept (moved or mapped). `store_corrupt` names what was wrong.
  static Result<std::shared_ptr<const ToolSet>> fromBytes(std::string bytes);
  static Result<std::shared_ptr<const ToolSet>> fromFile(const std::string& path,
                                                         std::string_view expectedHash);

  virtual std::string_view hash() const = 0;  // SHA-256 hex of the bytes
  virtual std::size_t byteSize() const = 0;
  virtual std::string_view bytes() const = 0;
  virtual std::string_view title() const = 0;
  virtual std::string_view documentVersion() const = 0;
  virtual std::string_view description() const = 0;
  virtual std::size_t toolCount() const = 0;
  virtual ToolView tool(std::uint32_t index) const = 0;
  virtual std::string_view toolPath(std::uint32_t index) const = 0;
  virtual std::optional<std::uint32_t> findTool(std::string_view path) const = 0;  // O(log n)
  virtual SchemaView schema(std::uint32_t index) const = 0;
  virtual std::size_t schemaCount() const = 0;
  virtual std::vector<SecurityScheme> securitySchemes() const = 0;
  virtual std::vector<std::string> warnings() const = 0;

  // Search postings: calls `visit(tool, weight)` for each tool that has exactly this term (lower
  // case, as made by searchTerms()). O(log terms + postings).
  virtual void postings(
      std::string_view term,
      const std::function<void(std::uint32_t tool, std::uint8_t weight)>& visit) const = 0;
  // Terms with this prefix, at most `limit`.
  virtual std::vector<std::string_view> termsWithPrefix(std::string_view prefix,
                                                        std::size_t limit) const = 0;
};

// Splits text into search terms: camelCase, snake_case and punctuation split, lower case, stemmed
// (Snowball English). The same function makes postings and queries.
std::vector<std::string> searchTerms(std::string_view text);

}  // namespace executor::source
