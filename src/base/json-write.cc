// Serializing: numbers by std::to_chars, strings escaped as little as RFC 8259 allows.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/json.h"

namespace executor {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// The letter after the backslash, 'u' for \u00XX, 0 for a character that needs no escape.
// RFC 8259 section 7 asks for these escapes only. A slash and U+2028 stay as they are: what is put
// into HTML or a script is escaped there, for that place.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\t'] = 't';
  table['\n'] = 'n';
  table['\f'] = 'f';
  table['\r'] = 'r';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

// Short escapes where RFC 8259 has one, \u00XX for the other control characters.
void appendEscape(unsigned char c, std::string& out) {
  const char escape = kEscapes[c];
  out += '\\';
  out += escape;
  if (escape != 'u') return;
  out += "00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

// Copies runs between escapes: most strings have none. Bytes beyond ASCII pass as they are, since
// values hold valid UTF-8.
void appendString(std::string_view text, std::string& out) {
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (kEscapes[c] == 0) continue;
    out.append(text, done, i - done);
    appendEscape(c, out);
    done = i + 1;
  }
  out.append(text, done);
  out += '"';
}

// The shortest text that reads back equal. Forty bytes hold every int64, uint64 and double in this
// form, so to_chars cannot fail.
template <class Number>
void appendNumber(Number number, std::string& out) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

// bytewise is for canonicalJson() alone; everything else keeps what the sender wrote.
enum class Order : std::uint8_t { insertion, bytewise };

// One walk for all forms: order of keys and indentation are the only differences. Recursion follows
// the nesting, which the parser has bounded.
class Writer {
 public:
  Writer(std::string& out, Order order, bool indented)
      : out_(out), order_(order), indented_(indented) {}

  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null: out_ += "null"; break;
      case json::kind::bool_: out_ += value.get_bool() ? "true" : "false"; break;
      case json::kind::int64: appendNumber(value.get_int64(), out_); break;
      case json::kind::uint64: appendNumber(value.get_uint64(), out_); break;
      case json::kind::double_: writeDouble(value.get_double()); break;
      case json::kind::string: appendString(value.get_string(), out_); break;
      case json::kind::array: writeArray(value.get_array()); break;
      case json::kind::object: writeObject(value.get_object()); break;
    }
  }

 private:
  void writeDouble(double number) {
    if (std::isfinite(number)) {
      appendNumber(number, out_);
    } else {
      out_ += "null";  // as JSON.stringify
    }
  }

  void writeArray(const json::array& array) {
    open('[');
    for (const json::value& item : array) {
      separate(&item == array.begin());
      write(item);
    }
    close(']', array.empty());
  }

  void writeObject(const json::object& object) {
    open('{');
    if (order_ == Order::bytewise) {
      writeSorted(object);
    } else {
      for (const auto& member : object) writeMember(member, &member == object.begin());
    }
    close('}', object.empty());
  }

  // Pointers are sorted, not members: the value is not ours to change.
  void writeSorted(const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    // string_view compares bytes as unsigned char: the order of UTF-8.
    std::ranges::sort(members, {}, [](const auto* m) { return std::string_view(m->key()); });
    for (const auto* member : members) writeMember(*member, member == members.front());
  }

  void writeMember(const json::key_value_pair& member, bool first) {
    separate(first);
    appendString(member.key(), out_);
    out_ += indented_ ? ": " : ":";
    write(member.value());
  }

  void open(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  // An empty container stays on one line, as JSON.stringify writes it.
  void close(char bracket, bool empty) {
    --depth_;
    if (!empty) newLine();
    out_ += bracket;
  }
  void separate(bool first) {
    if (!first) out_ += ',';
    newLine();
  }
  void newLine() {
    if (!indented_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  Order order_;
  bool indented_;
  std::size_t depth_ = 0;
};

// A string of the value's own size would need a second walk; growing by doubling costs less.
std::string written(const json::value& value, Order order, bool indented) {
  std::string out;
  Writer(out, order, indented).write(value);
  return out;
}

}  // namespace

std::string serializeJson(const json::value& value) {
  return written(value, Order::insertion, false);
}

// Appends, so that lines and messages are made in one buffer.
void serializeJson(const json::value& value, std::string& out) {
  Writer(out, Order::insertion, false).write(value);
}

std::string prettyJson(const json::value& value) { return written(value, Order::insertion, true); }

// Not RFC 8785: JCS sorts by UTF-16 units and writes numbers as ECMAScript does. Ours is for hashes
// that never leave this program, so bytes are the simpler order.
std::string canonicalJson(const json::value& value) {
  return written(value, Order::bytewise, false);
}

std::string quoteJson(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  appendString(text, out);
  return out;
}

}  // namespace executor
