#include "source/parameter-style.h"

#include <fmt/format.h>

#include "base/text.h"

namespace executor::source {
namespace {

// RFC 3986 reserved characters that may stand in a query value as they are. Not `#`, which would
// end the query, nor `&`, which would begin a parameter nobody approved.
constexpr std::string_view kReservedInQuery = ":/?[]@!$'()*+,;=";
// RFC 6265 cookie-octets that percentEncode() would encode.
constexpr std::string_view kCookieCharacters = "!#$&'()*+/:<=>?@[]^`{|}";

// How one part of a value is written; the delimiters of a style never pass through it.
using Encode = std::string (*)(std::string_view);

std::string encodeAll(std::string_view text) { return percentEncode(text); }
std::string encodeReserved(std::string_view text) { return percentEncode(text, kReservedInQuery); }
std::string encodeCookie(std::string_view text) { return percentEncode(text, kCookieCharacters); }
// Headers have no encoding of their own (RFC 9110 section 5.5): what HTTP cannot carry is refused
// by Headers::set(), not changed here.
std::string encodeNothing(std::string_view text) { return std::string(text); }

// The parts of an array ("x", "y") or object ("a","1","b","2", or "a=1","b=2" if exploded).
std::vector<std::string> partsOf(const json::value& value, bool explode, Encode encode) {
  std::vector<std::string> out;
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) out.push_back(encode(scalarText(item)));
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object) {
      if (explode) {
        out.push_back(encode(key) + "=" + encode(scalarText(item)));
      } else {
        out.push_back(encode(key));
        out.push_back(encode(scalarText(item)));
      }
    }
  } else {
    out.push_back(encode(scalarText(value)));
  }
  return out;
}

// The delimiter is literal; it was kept out of the parts by their encoding.
std::string joined(const std::vector<std::string>& parts, std::string_view delimiter) {
  return fmt::format("{}", fmt::join(parts, delimiter));
}

// The delimiters are written encoded where a URL may not hold them.
std::string_view delimiterOf(std::string_view style) {
  if (style == "spaceDelimited") return "%20";
  if (style == "pipeDelimited") return "%7C";
  return ",";
}

// ";name=1,2", ";name=1;name=2", ";a=1;b=2"
std::string matrixText(const ParameterView& parameter, const json::value& value) {
  const std::string name = ";" + percentEncode(parameter.wireName);
  if (!parameter.explode || !(value.is_array() || value.is_object()))
    return name + "=" + joined(partsOf(value, false, encodeAll), ",");
  std::string out;
  for (const auto& part : partsOf(value, true, encodeAll))
    out += value.is_array() ? name + "=" + part : ";" + part;
  return out;
}

}  // namespace

// null becomes the text "null": an input that is null has been dropped by prepareInput() already,
// so what arrives here is an item the agent wrote on purpose.
std::string scalarText(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return serializeJson(value);
}

// The standard defines deepObject for one level of scalars only. Servers that take it (Rails, PHP,
// qs) read deeper levels as more brackets and arrays by their index, so that is what is written.
// Empty objects and arrays have no form at all and vanish.
void deepPieces(const std::string& name, const json::value& value, std::vector<std::string>& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, item] : *object)
      deepPieces(name + "%5B" + percentEncode(key) + "%5D", item, out);
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      deepPieces(fmt::format("{}%5B{}%5D", name, i), (*array)[i], out);
  } else {
    out.push_back(name + "=" + percentEncode(scalarText(value)));
  }
}

// The pieces are joined with `&` by the caller. An exploded object gives one piece a member under
// the member's own name: this is where an input could meet a credential's name, which is why the
// request builder removes such pieces when it places an API key.
std::vector<std::string> queryPieces(const ParameterView& parameter, const json::value& value) {
  const Encode encode = parameter.allowReserved ? encodeReserved : encodeAll;
  const std::string name = percentEncode(parameter.wireName);
  if (parameter.style == "content") return {name + "=" + encode(serializeJson(value))};
  std::vector<std::string> out;
  if (parameter.style == "deepObject" && value.is_object()) {
    deepPieces(name, value, out);
    return out;
  }
  const bool explode = parameter.explode && parameter.style != "deepObject";
  if (value.is_array() && explode) {
    for (const auto& part : partsOf(value, true, encode)) out.push_back(name + "=" + part);
    return out;
  }
  if (value.is_object() && explode) return partsOf(value, true, encode);
  return {name + "=" + joined(partsOf(value, false, encode), delimiterOf(parameter.style))};
}

// An empty text is possible here and is refused by the request builder: an empty segment names
// another resource.
std::string pathText(const ParameterView& parameter, const json::value& value) {
  if (parameter.style == "content") return percentEncode(serializeJson(value));
  if (parameter.style == "matrix") return matrixText(parameter, value);
  const auto parts = partsOf(value, parameter.explode, encodeAll);
  if (parameter.style == "label") return "." + joined(parts, parameter.explode ? "." : ",");
  return joined(parts, ",");
}

std::string headerText(const ParameterView& parameter, const json::value& value) {
  if (parameter.style == "content") return serializeJson(value);
  return joined(partsOf(value, parameter.explode, encodeNothing), ",");
}

// Pieces are joined with "; " into one header. The delimiter of values is a bare comma, which
// servers read although RFC 6265 leaves it out of cookie-octet; OpenAPI asks for it.
std::vector<std::string> cookiePieces(const ParameterView& parameter, const json::value& value) {
  const std::string name(parameter.wireName);
  if (parameter.style == "content") return {name + "=" + encodeCookie(serializeJson(value))};
  if (value.is_object() && parameter.explode) return partsOf(value, true, encodeCookie);
  return {name + "=" + joined(partsOf(value, false, encodeCookie), ",")};
}

}  // namespace executor::source
