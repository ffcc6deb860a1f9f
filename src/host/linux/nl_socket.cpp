#include "host/linux/nl_socket.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace wpns::host::linux_os::nl {
namespace {

constexpr int answer_seconds = 30;
constexpr int dump_tries = 5;

void set_option(nl_sock* socket, int level, int option, const auto& value, const char* name) {
    if (setsockopt(nl_socket_get_fd(socket), level, option, &value, sizeof value) != 0)
        throw_errno(std::string("netlink socket option ") + name, errno);
}

[[noreturn]] void throw_nl(std::string_view what, int code) {
    if (code == -NLE_AGAIN)
        throw Error(ErrorKind::timeout, std::string(what) + ": the kernel gave no answer within " +
                                            std::to_string(answer_seconds) + " s");
    throw Error(ErrorKind::failed, std::string(what) + ": " + nl_geterror(code));
}

/// The sentence of an extended ack. With NETLINK_CAP_ACK the attributes follow nlmsgerr directly.
std::string extended_reason(nlmsghdr* message) {
    if ((message->nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
    const nlattr* text = nlmsg_find_attr(message, sizeof(nlmsgerr), NLMSGERR_ATTR_MSG);
    return text == nullptr ? std::string() : nla_get_string(text);
}

/// Notes what one message means for its request; true when it is the last one.
bool take(nlmsghdr* message, unsigned sequence, Answer& answer) {
    if (message->nlmsg_seq != sequence) return false;
    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) answer.interrupted = true;
    if (message->nlmsg_type == NLMSG_ERROR) {
        answer.error = -static_cast<nlmsgerr*>(nlmsg_data(message))->error;
        answer.reason = extended_reason(message);
        return true;
    }
    if (message->nlmsg_type != NLMSG_DONE) return false;
    // A dump that fails half-way says so in the payload of its last message.
    if (nlmsg_datalen(message) >= static_cast<int>(sizeof(int)))
        answer.error = -*static_cast<int*>(nlmsg_data(message));
    return true;
}

}  // namespace

Socket::Socket(int protocol) : socket_(nl_socket_alloc()) {
    if (!socket_) throw Error(ErrorKind::failed, "netlink socket: out of memory");
    nl_socket_disable_auto_ack(socket_.get());
    if (const int code = nl_connect(socket_.get(), protocol); code < 0)
        throw_nl("open netlink socket", code);
    nl_socket_set_msg_buf_size(socket_.get(), 1U << 16);
    const timeval patience{.tv_sec = answer_seconds, .tv_usec = 0};
    set_option(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, patience, "SO_RCVTIMEO");
    set_option(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, 1, "EXT_ACK");
    set_option(socket_.get(), SOL_NETLINK, NETLINK_CAP_ACK, 1, "CAP_ACK");
    // Lets a dump be limited to one link, by the kernel.
    set_option(socket_.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1, "GET_STRICT_CHK");
}

Answer Socket::exchange(Message& message) {
    return send_and_receive(message, {});
}

void Socket::stream(Message& message, std::string_view step, const Visit& visit) {
    nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_DUMP;
    const Answer answer = send_and_receive(message, visit);
    if (answer.error != 0) throw_answer(step, answer);
}

Answer Socket::send_and_receive(Message& message, const Visit& visit) {
    nlmsghdr* header = nlmsg_hdr(message.get());
    if ((header->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) header->nlmsg_flags |= NLM_F_ACK;
    header->nlmsg_seq = NL_AUTO_SEQ;
    if (const int code = nl_send_auto(socket_.get(), message.get()); code < 0)
        throw_nl("send netlink request", code);
    Answer answer;
    receive_all(header->nlmsg_seq, visit, answer);
    return answer;
}

void Socket::receive_all(unsigned sequence, const Visit& visit, Answer& answer) {
    for (bool done = false; !done;) {
        sockaddr_nl from{};
        unsigned char* bytes = nullptr;
        const int size = nl_recv(socket_.get(), &from, &bytes, nullptr);
        if (size <= 0) throw_nl("read netlink answer", size == 0 ? -NLE_FAILURE : size);
        Replies::Buffer buffer{{bytes, {}}, size};
        int left = size;
        auto* message = reinterpret_cast<nlmsghdr*>(bytes);
        for (; nlmsg_ok(message, left) != 0; message = nlmsg_next(message, &left)) {
            done = take(message, sequence, answer) || done;
            if (visit && message->nlmsg_seq == sequence) visit(message);
        }
        if (!visit) answer.replies.buffers_.push_back(std::move(buffer));
    }
}

void Socket::request(Message& message, std::string_view step) {
    const Answer answer = exchange(message);
    if (answer.error != 0) throw_answer(step, answer);
}

Replies Socket::dump(Message& message, std::string_view step) {
    Answer answer = whole_dump(message, step);
    if (answer.error != 0) throw_answer(step, answer);
    return std::move(answer.replies);
}

std::optional<Replies> Socket::find(Message& message, std::string_view step) {
    Answer answer = whole_dump(message, step);
    if (answer.error == ENOENT) return std::nullopt;
    if (answer.error != 0) throw_answer(step, answer);
    return std::move(answer.replies);
}

Answer Socket::whole_dump(Message& message, std::string_view step) {
    nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_DUMP;
    for (int round = 0; round < dump_tries; ++round) {
        Answer answer = exchange(message);
        if (answer.error != EINTR && !answer.interrupted) return answer;
    }
    throw Error(ErrorKind::failed, std::string(step) +
                                       ": the host's network changed during each of " +
                                       std::to_string(dump_tries) + " listings");
}

void throw_answer(std::string_view step, const Answer& answer) {
    std::string text = std::string(step) + ": " + std::generic_category().message(answer.error);
    if (!answer.reason.empty()) text += " (" + answer.reason + ")";
    throw Error(ErrorKind::failed, text);
}

}  // namespace wpns::host::linux_os::nl
