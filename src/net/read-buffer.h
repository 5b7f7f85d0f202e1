// Bytes read from a socket and not yet consumed: one block with a begin and an end.
//
// Consuming moves an index; the rest moves to the front only when space is needed. An emptied
// buffer that had grown gives its memory back, so that an idle connection holds little (invariant
// 9).
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstring>
#include <string_view>
#include <vector>

namespace executor::net {

class ReadBuffer {
 public:
  static constexpr std::size_t kKept = 4096;

  std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Room for `size` more bytes; commit() what of it was filled before anything else.
  boost::asio::mutable_buffer prepare(std::size_t size) {
    if (begin_ > 0 && end_ + size > bytes_.size()) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (end_ + size > bytes_.size()) bytes_.resize(end_ + size);
    return {bytes_.data() + end_, size};
  }

  void commit(std::size_t size) { end_ += size; }

  void consume(std::size_t size) {
    begin_ += size;
    if (begin_ < end_) return;
    begin_ = end_ = 0;
    if (bytes_.size() > 4 * kKept) std::vector<char>(kKept).swap(bytes_);
  }

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace executor::net
