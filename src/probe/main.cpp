#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>

#include "probe/probe.hpp"

namespace wpns::probe {

std::string errno_name(int number) {
    const char* name = ::strerrorname_np(number);
    return name == nullptr ? "errno " + std::to_string(number) : name;
}

std::string outcome(long result) {
    return result < 0 ? errno_name(errno) : "ok";
}

namespace {

/// So many at once: most wait for an answer that a wall keeps away.
constexpr std::size_t at_once = 24;
constexpr int patience_ms = 1500;
constexpr std::size_t longest = 64U << 10;

struct Running {
    std::string id;
    pid_t child = -1;
    std::string text;
};

std::string run(const std::vector<std::string>& words) {
    const Args arguments = Args(words).subspan(2);
    for (const auto verbs : {network_verbs(), frame_verbs(), frame_ipv6_verbs(), file_verbs(),
                             process_verbs(), call_verbs()})
        for (const auto& verb : verbs)
            if (verb.name == words[1])
                return verb.arguments == arguments.size() ? verb.run(arguments) : "bad request";
    return "bad request";
}

/// One line, whatever came: control bytes and all above ASCII as \xNN.
std::string one_line(const std::string& text) {
    std::string line;
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        char hex[8];
        std::snprintf(hex, sizeof hex, "\\x%02x", byte);
        line += byte < 0x20 || byte > 0x7e || c == '\\' ? std::string(hex) : std::string(1, c);
    }
    return line;
}

void answer(const std::string& id, const std::string& text) {
    std::printf("%s\t%s\n", id.c_str(), one_line(text).c_str());
}

/// A child's words; where it died, of what.
void finish(const Running& running) {
    int status = 0;
    while (::waitpid(running.child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && running.text.empty())
        answer(running.id, std::string("SIG") + ::sigabbrev_np(WTERMSIG(status)));
    else
        answer(running.id, running.text);
}

class Children {
  public:
    void start(const std::vector<std::string>& words) {
        // no pipe: the filter of PHP and of the web server refuses those
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return answer(words[0], "cannot run: socketpair: " + errno_name(errno));
        const pid_t child = forked();
        if (child == 0) {
            ::alarm(2);
            const std::string text = run(words);
            (void)!::write(ends[1], text.data(), std::min(text.size(), longest));
            ::_exit(0);
        }
        ::close(ends[1]);
        if (child < 0) {
            ::close(ends[0]);
            return answer(words[0], "cannot run: fork: " + errno_name(errno));
        }
        running_[ends[0]] = {words[0], child, {}};
        if (running_.size() >= at_once) step();
    }
    void finish_all() {
        while (!running_.empty()) step();
    }

  private:
    /// All programs of a site share its limit of tasks: where it is reached, one has to end first.
    pid_t forked() {
        pid_t child = ::fork();
        while (child < 0 && errno == EAGAIN && !running_.empty()) {
            step();
            child = ::fork();
        }
        return child;
    }
    /// Waits until at least one has ended. A child that says nothing for too long is killed.
    void step() {
        const auto before = running_.size();
        while (!running_.empty() && running_.size() == before) {
            std::vector<pollfd> fds;
            for (const auto& [fd, running] : running_) fds.push_back({fd, POLLIN, 0});
            const int ready = ::poll(fds.data(), fds.size(), patience_ms);
            if (ready == 0)
                for (const auto& [fd, running] : running_) ::kill(running.child, SIGKILL);
            for (const auto& entry : fds)
                if (entry.revents != 0) read_from(entry.fd);
        }
    }
    void read_from(int fd) {
        char buffer[4096];
        const auto size = ::read(fd, buffer, sizeof buffer);
        auto& running = running_.at(fd);
        if (size > 0) {
            running.text.append(buffer, static_cast<std::size_t>(size));
            return;
        }
        ::close(fd);
        finish(running);
        running_.erase(fd);
    }
    std::map<int, Running> running_;
};

}  // namespace
}  // namespace wpns::probe

/// Requests on standard input, "ID VERB ARGUMENT…" a line; answers on standard output,
/// "ID<tab>WHAT".
int main() {
    ::signal(SIGPIPE, SIG_IGN);
    wpns::probe::Children children;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream stream(line);
        std::vector<std::string> words;
        for (std::string word; stream >> word;) words.push_back(word);
        if (words.size() >= 2) children.start(words);
    }
    children.finish_all();
    return 0;
}
