#include "host/linux/parts_zstd.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/failpoint.hpp"
#include "host/linux/files_list.hpp"
#include "host/linux/path_open.hpp"
#include "host/linux/path_walk.hpp"

namespace wpns::host::linux_os {
namespace {

constexpr int kLevel = 3;
constexpr std::size_t kPiece = 1U << 17;  // what a read of a part that is not compressed takes
constexpr int kLongestWindow = 27;        // 128 MiB: what a crafted file may make us allocate

std::size_t check(std::size_t result, const std::string& path) {
    if (ZSTD_isError(result) != 0)
        throw Error(ErrorKind::failed, path + ": " + ZSTD_getErrorName(result));
    return result;
}

/// Adds what comes to the size of a part; Error where that is more than it may be.
void add_to_part(std::uint64_t& size, std::size_t more, std::uint64_t limit,
                 const std::string& path) {
    if (size == 0) failpoint(Failpoint::part_write);
    size += more;
    if (size > limit)
        throw Error(ErrorKind::failed,
                    path + " would be larger than " + std::to_string(limit) + " bytes");
}

class PartWriter final : public Parts::Writer {
  public:
    PartWriter(UniqueFd fd, std::string path, std::uint64_t limit)
        : fd_(std::move(fd)),
          path_(std::move(path)),
          limit_(limit),
          stream_(ZSTD_createCCtx(), ZSTD_freeCCtx),
          buffer_(ZSTD_CStreamOutSize(), '\0') {
        check(ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, kLevel), path_);
        check(ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1), path_);
    }

    void write(std::string_view bytes) override {
        add_to_part(size_, bytes.size(), limit_, path_);
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        while (in.pos < in.size) (void)compress(in, ZSTD_e_continue);
    }

    BackupPart finish() override {
        failpoint(Failpoint::part_finish);
        ZSTD_inBuffer none{nullptr, 0, 0};
        while (compress(none, ZSTD_e_end) != 0) {
        }
        sync_fd(fd_.get(), path_);
        return {size_, packed_, hash_.hex()};
    }

  private:
    std::size_t compress(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
        ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
        const auto left = check(ZSTD_compressStream2(stream_.get(), &out, &in, directive), path_);
        const std::string_view bytes(buffer_.data(), out.pos);
        write_all(fd_.get(), bytes, path_);
        hash_.add(bytes);
        packed_ += bytes.size();
        return left;
    }

    UniqueFd fd_;
    std::string path_;
    std::uint64_t limit_;
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> stream_;
    std::string buffer_;
    Sha256 hash_;
    std::uint64_t size_ = 0;
    std::uint64_t packed_ = 0;
};

class PartReader final : public Parts::Reader {
  public:
    PartReader(UniqueFd fd, std::string path, std::uint64_t limit)
        : fd_(std::move(fd)),
          path_(std::move(path)),
          limit_(limit),
          stream_(ZSTD_createDCtx(), ZSTD_freeDCtx),
          packed_bytes_(ZSTD_DStreamInSize(), '\0'),
          bytes_(ZSTD_DStreamOutSize(), '\0') {
        check(ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kLongestWindow), path_);
    }

    std::string_view read() override {
        while (sha256_.empty()) {
            if (in_.pos == in_.size && !full_ && !fill()) return end();
            ZSTD_outBuffer out{bytes_.data(), bytes_.size(), 0};
            const std::size_t before = in_.pos;
            const std::size_t hint = ZSTD_decompressStream(stream_.get(), &out, &in_);
            if (ZSTD_isError(hint) != 0)
                throw Error(ErrorKind::conflict, path_ + " is damaged: " + ZSTD_getErrorName(hint));
            // Behind the end of a frame a call without progress asks for the head of another one.
            if (out.pos > 0 || in_.pos != before) expected_ = hint;
            full_ = out.pos == out.size;
            if (out.pos == 0) continue;
            size_ += out.pos;
            if (size_ > limit_)
                throw Error(ErrorKind::conflict, path_ + " is larger than its manifest says");
            return {bytes_.data(), out.pos};
        }
        return {};
    }

    [[nodiscard]] BackupPart summary() const override { return {size_, packed_, sha256_}; }

  private:
    /// False at the end of the file.
    bool fill() {
        ssize_t size = 0;
        do size = ::read(fd_.get(), packed_bytes_.data(), packed_bytes_.size());
        while (size < 0 && errno == EINTR);
        if (size < 0) throw_errno("read " + path_, errno);
        if (packed_ == 0 || size == 0) failpoint(Failpoint::part_read);
        in_ = {packed_bytes_.data(), static_cast<std::size_t>(size), 0};
        hash_.add({packed_bytes_.data(), in_.size});
        packed_ += in_.size;
        return size > 0;
    }

    std::string_view end() {
        if (expected_ != 0) throw Error(ErrorKind::conflict, path_ + " was cut");
        sha256_ = hash_.hex();
        return {};
    }

    UniqueFd fd_;
    std::string path_;
    std::uint64_t limit_;
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> stream_;
    std::string packed_bytes_;
    std::string bytes_;
    ZSTD_inBuffer in_{nullptr, 0, 0};
    Sha256 hash_;
    std::string sha256_;  ///< empty until the end
    bool full_ = false;
    std::size_t expected_ = 1;
    std::uint64_t size_ = 0;
    std::uint64_t packed_ = 0;
};

/// Bytes as they are.
class PlainWriter final : public Parts::Writer {
  public:
    PlainWriter(UniqueFd fd, std::string path, std::uint64_t limit)
        : fd_(std::move(fd)), path_(std::move(path)), limit_(limit) {}

    void write(std::string_view bytes) override {
        add_to_part(size_, bytes.size(), limit_, path_);
        write_all(fd_.get(), bytes, path_);
        hash_.add(bytes);
    }

    BackupPart finish() override {
        failpoint(Failpoint::part_finish);
        sync_fd(fd_.get(), path_);
        return {size_, size_, hash_.hex()};
    }

  private:
    UniqueFd fd_;
    std::string path_;
    std::uint64_t limit_;
    Sha256 hash_;
    std::uint64_t size_ = 0;
};

class PlainReader final : public Parts::Reader {
  public:
    PlainReader(UniqueFd fd, std::string path, std::uint64_t limit)
        : fd_(std::move(fd)), path_(std::move(path)), limit_(limit), bytes_(kPiece, '\0') {}

    std::string_view read() override {
        if (!sha256_.empty()) return {};
        ssize_t size = 0;
        do size = ::read(fd_.get(), bytes_.data(), bytes_.size());
        while (size < 0 && errno == EINTR);
        if (size < 0) throw_errno("read " + path_, errno);
        if (size_ == 0 || size == 0) failpoint(Failpoint::part_read);
        const std::string_view piece(bytes_.data(), static_cast<std::size_t>(size));
        hash_.add(piece);
        size_ += piece.size();
        if (size_ > limit_)
            throw Error(ErrorKind::conflict, path_ + " is larger than its manifest says");
        if (piece.empty()) sha256_ = hash_.hex();
        return piece;
    }

    [[nodiscard]] BackupPart summary() const override { return {size_, size_, sha256_}; }

  private:
    UniqueFd fd_;
    std::string path_;
    std::uint64_t limit_;
    std::string bytes_;
    Sha256 hash_;
    std::string sha256_;  ///< empty until the end
    std::uint64_t size_ = 0;
};

bool is_packed(const std::string& path) {
    return path.ends_with(".zst");
}

class ZstdParts final : public Parts {
  public:
    std::unique_ptr<Parts::Writer> create(const std::string& path, std::uint64_t limit) override {
        const Place place = need_place(path);
        failpoint(Failpoint::part_create);
        auto fd = open_below(place.directory.get(), place.name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, RESOLVE_NO_SYMLINKS, 0600);
        if (!fd) throw_errno("create " + path, fd.error());
        if (!is_packed(path)) return std::make_unique<PlainWriter>(std::move(*fd), path, limit);
        return std::make_unique<PartWriter>(std::move(*fd), path, limit);
    }

    std::unique_ptr<Parts::Reader> open(const std::string& path, std::uint64_t limit) override {
        const auto place = find_place(path);
        const auto found = place ? look(*place) : std::nullopt;
        if (!found) throw Error(ErrorKind::missing, path + " does not exist");
        if (!S_ISREG(found->info.st_mode) || !is_roots_alone(found->info))
            throw Error(ErrorKind::conflict, path + " is no file of root's alone");
        auto fd = reopen(found->fd.get(), O_RDONLY, path);
        if (!is_packed(path)) return std::make_unique<PlainReader>(std::move(fd), path, limit);
        return std::make_unique<PartReader>(std::move(fd), path, limit);
    }
};

}  // namespace

std::unique_ptr<Parts> make_parts() {
    return std::make_unique<ZstdParts>();
}

}  // namespace wpns::host::linux_os
