#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "cli/report.hpp"
#include "cli/verbs.hpp"
#include "fakes/fake_host.hpp"
#include "fakes/shipped.hpp"

namespace wpns::fakes {

/// A host in memory with wpns installed, on which verbs run without their words on the terminal.
class Verbs : public testing::Test {
  protected:
    Verbs() { install_templates(fake_.files); }

    void put(const std::string& path, std::string content) {
        File file;
        file.content = std::move(content);
        fake_.files.write(path, file);
    }

    /// The verb's exit code, `failed` where it throws; its words are in printed_ and error_ then.
    template <typename Verb>
    int quietly(Verb verb) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        int code = cli::failed;
        try {
            code = verb();
        } catch (const Error& error) {
            error_ = error.message();
            remedy_ = error.remedy();
        }
        printed_ = testing::internal::GetCapturedStdout();
        (void)testing::internal::GetCapturedStderr();
        return code;
    }
    int sync() {
        return quietly([&] { return cli::cmd_sync(globals_, fake_.host, {}); });
    }

    FakeHost fake_;
    cli::Globals globals_;
    std::string error_;
    std::string remedy_;
    std::string printed_;
};

}  // namespace wpns::fakes
