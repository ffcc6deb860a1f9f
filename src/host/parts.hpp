#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/manifest.hpp"

namespace wpns::host {

/// Files of root's, written and read as streams: parts of backups. Those whose name ends in ".zst"
/// are compressed.
class Parts {
  public:
    class Writer {
      public:
        virtual ~Writer() = default;
        /// Error{failed} where it would become longer than its limit.
        virtual void write(std::string_view bytes) = 0;
        /// Ends the file; it is durable when this returns.
        virtual BackupPart finish() = 0;
    };
    class Reader {
      public:
        virtual ~Reader() = default;
        /// The next piece, good until the next call; empty at the end. Error{conflict} where the
        /// file is damaged, cut or longer than its limit.
        virtual std::string_view read() = 0;
        /// Of what has been read so far.
        [[nodiscard]] virtual BackupPart summary() const = 0;
    };
    virtual ~Parts() = default;
    /// A new file that only root can read; it must not exist. `limit` is in bytes before
    /// compression.
    [[nodiscard]] virtual std::unique_ptr<Writer> create(const std::string& path,
                                                         std::uint64_t limit) = 0;
    [[nodiscard]] virtual std::unique_ptr<Reader> open(const std::string& path,
                                                       std::uint64_t limit) = 0;
};

}  // namespace wpns::host
