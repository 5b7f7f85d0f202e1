// Parsing: our handler on Boost.JSON's basic_parser. The whole text is given in one piece, so the
// number callbacks see the whole number and the *_part callbacks only carry characters.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>

#include "base/json.h"

namespace executor {
namespace {

using ErrorOf = boost::json::error_code;
using Text = boost::json::string_view;

// Whether integers that JavaScript cannot hold stay numbers or become texts (D22).
enum class Integers : std::uint8_t { exact, forProgram };

// Puts what the parser reports on Boost's value_stack, which builds containers of exact size in the
// memory given. The limits below are Boost's own; ours are checked before parsing begins.
class Handler {
 public:
  // basic_parser asks its handler for these four by name.
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  Handler(json::storage_ptr memory, Integers integers) : integers_(integers) {
    stack_.reset(std::move(memory));
  }

  // Once, after the parser has said that the value is complete.
  json::value release() { return stack_.release(); }
  // Boost has no error for it that would not mean something else, too.
  bool outOfRange() const { return outOfRange_; }

  // The names below are those that basic_parser calls.
  bool on_document_begin(ErrorOf&) { return true; }
  bool on_document_end(ErrorOf&) { return true; }
  bool on_object_begin(ErrorOf&) { return true; }
  bool on_array_begin(ErrorOf&) { return true; }
  // Never called: comments are off in optionsFor().
  bool on_comment_part(Text, ErrorOf&) { return true; }
  bool on_comment(Text, ErrorOf&) { return true; }
  bool on_number_part(Text, ErrorOf&) { return true; }

  bool on_object_end(std::size_t count, ErrorOf&) {
    stack_.push_object(count);
    return true;
  }
  bool on_array_end(std::size_t count, ErrorOf&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(Text text, std::size_t, ErrorOf&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_key(Text text, std::size_t, ErrorOf&) {
    stack_.push_key(text);
    return true;
  }
  // Escapes cut a text into parts; value_stack joins them until on_string or on_key ends it.
  bool on_string_part(Text text, std::size_t, ErrorOf&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(Text text, std::size_t, ErrorOf&) {
    stack_.push_string(text);
    return true;
  }
  bool on_int64(std::int64_t number, Text text, ErrorOf&) {
    if (number == 0 && text.front() == '-') {
      stack_.push_double(-0.0);  // JavaScript and IEEE tell -0 from 0; an int64 cannot
    } else if (tooBigForProgram(number)) {
      stack_.push_string(text);
    } else {
      stack_.push_int64(number);
    }
    return true;
  }
  // Only called for integers beyond int64: all of them are too big for a program.
  bool on_uint64(std::uint64_t number, Text text, ErrorOf&) {
    if (integers_ == Integers::forProgram) {
      stack_.push_string(text);
    } else {
      stack_.push_uint64(number);
    }
    return true;
  }
  // Also called for integers beyond 64 bits, which Boost has already rounded.
  bool on_double(double approximate, Text text, ErrorOf& error) {
    if (integers_ == Integers::forProgram && isInteger(text)) {
      stack_.push_string(text);
      return true;
    }
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code == std::errc::result_out_of_range) {
      if (std::fabs(approximate) > 1) return refuseRange(error);
      number = std::copysign(0.0, approximate);  // too small to tell from zero
    }
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, ErrorOf&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(ErrorOf&) {
    stack_.push_null();
    return true;
  }

 private:
  // 2^53 itself is too big: JavaScript cannot tell it from 2^53+1.
  bool tooBigForProgram(std::int64_t number) const {
    return integers_ == Integers::forProgram &&
           (number > kMaxSafeInteger || number < -kMaxSafeInteger);
  }
  // By its spelling: 1e3 and 1000.0 were meant as numbers, and stay numbers.
  static bool isInteger(Text text) { return text.find_first_of(".eE") == Text::npos; }
  bool refuseRange(ErrorOf& error) {
    outOfRange_ = true;
    error = json::make_error_code(json::error::not_exact);
    return false;
  }

  json::value_stack stack_;
  Integers integers_;
  bool outOfRange_ = false;
};

// Both count from 1; columns are bytes, as editors with a byte mode and `cut -b` count.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// Counted only when there is an error to show, so that parsing pays nothing for it.
Position positionOf(std::string_view text, std::size_t offset) {
  Position at;
  for (const char c : text.substr(0, offset)) {
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return at;
}

// Boost's own texts name its parser's states; the usual mistakes get a sentence of ours.
std::string_view causeOf(const ErrorOf& error, std::string_view text, std::size_t offset,
                         bool outOfRange) {
  if (outOfRange) return "the number is beyond the range of a double";
  if (error == json::error::too_deep) return "objects and arrays are nested too deeply";
  if (error == json::error::extra_data) return "there is text after the JSON value";
  // Boost calls the same mistake by two names, depending on where the text ends.
  if (error == json::error::incomplete) return "the text ends inside a value";
  if (offset >= text.size()) return "the text ends inside a value";
  if (error == json::error::syntax) return "the text is not JSON here";
  return {};
}

std::unexpected<Error> failAt(const ErrorOf& error, std::string_view text, std::size_t offset,
                              bool outOfRange) {
  const Position at = positionOf(text, offset);
  const std::string_view known = causeOf(error, text, offset, outOfRange);
  const std::string cause = known.empty() ? error.message() : std::string(known);
  return fail(ErrorCode::invalid_json,
              "Invalid JSON at line " + std::to_string(at.line) + ", column " +
                  std::to_string(at.column) + ": " + cause + ".",
              "Send one JSON value in UTF-8 (RFC 8259).");
}

// Strict JSON: no comments, no trailing commas, UTF-8 validated. These are Boost's defaults.
json::parse_options optionsFor(const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.maxDepth;
  return options;
}

Result<json::value> parse(std::string_view text, const JsonLimits& limits, json::storage_ptr memory,
                          Integers integers) {
  if (text.size() > limits.maxBytes) {
    return fail(ErrorCode::payload_too_large,
                "The JSON text has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(limits.maxBytes) + " are accepted.");
  }
  json::basic_parser<Handler> parser(optionsFor(limits), std::move(memory), integers);
  ErrorOf error;
  // `false`: no more text follows. Then the parser itself reports a text that ends too early, and
  // bytes behind the value are left over in `used`.
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = json::make_error_code(json::error::extra_data);
  if (error) return failAt(error, text, used, parser.handler().outOfRange());
  return parser.handler().release();
}

}  // namespace

Result<json::value> parseJson(std::string_view text, const JsonLimits& limits,
                              json::storage_ptr memory) {
  return parse(text, limits, std::move(memory), Integers::exact);
}

Result<json::value> parseJsonForProgram(std::string_view text, const JsonLimits& limits) {
  return parse(text, limits, {}, Integers::forProgram);
}

}  // namespace executor
