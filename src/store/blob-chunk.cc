#include "store/blob-chunk.h"

#include <zstd.h>

#include <memory>

#include "store/blob.h"

namespace executor::store {
namespace {

// Level 1: documents shrink eightfold at 400 MB/s; higher levels save little more.
constexpr int kLevel = 1;

using Compressor = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;

std::unexpected<Error> damaged(std::string detail) {
  return fail(ErrorCode::store_corrupt, "Stored content is damaged.",
              "Restore the database from a backup, or refresh the source it belongs to.",
              std::move(detail));
}

}  // namespace

Result<std::string> packChunk(std::string_view bytes) {
  const Compressor context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  if (context == nullptr) return failInternal("ZSTD_createCCtx");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) return failInternal(ZSTD_getErrorName(size));
  frame.resize(size);
  return frame;
}

Result<std::string> unpackChunk(std::string_view frame) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > kBlobChunkBytes) return damaged("a chunk's frame has no size or a wrong one");
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got)) return damaged(ZSTD_getErrorName(got));
  bytes.resize(got);
  return bytes;
}

}  // namespace executor::store
