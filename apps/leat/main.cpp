// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fcntl.h>
#include <leat/base/error.hpp>
#include <leat/coro/executor.hpp>
#include <leat/coro/thread_pool.hpp>
#include <leat/coro/when_any.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/signals.hpp>
#include <unistd.h>

#include "app_command.hpp"
#include "exit_status.hpp"
#include "http_command.hpp"
#include "http_request.hpp"
#include "new_command.hpp"
#include "visible_text.hpp"

namespace {

std::optional<std::string> of_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

int fail(const std::exception& why, int status) {
  const std::string line = cli::visible_text::on_one_line(cli::hide_secret_parameters(why.what()));
  std::fprintf(stderr, "leat: %s\n", line.c_str());
  return status;
}

/// Says what was thrown, for a handler, and returns the exit status for it.
int told_failure() {
  try {
    throw;
  } catch (const cli::output_closed&) {
    return cli::exit_status::by_signal + SIGPIPE;
  } catch (const cli::usage_error& e) {
    return fail(e, cli::exit_status::usage);
  } catch (const std::exception& e) {
    return fail(e, cli::exit_status::failed);
  }
}

/// `number`, unless the process was started to ignore it, as `nohup` does, and a shell with what it
/// runs in the background: then SIGTERM, which is heeded anyway.
int heeded(int number) noexcept {
  struct sigaction now{};
  const bool is_ignored = ::sigaction(number, nullptr, &now) == 0 &&
                          now.sa_handler == SIG_IGN;  // NOLINT(*-cast): POSIX
  return is_ignored ? SIGTERM : number;
}

leat::task<int> run_until_signalled(const cli::http_arguments& arguments,
                                    cli::http_request request) {
  leat::io::signal_receiver signals({SIGTERM, heeded(SIGINT), heeded(SIGHUP)});
  auto ended = co_await leat::when_any(
      cli::run_http(arguments, std::move(request), cli::find_terminals(of_environment)),
      signals.next());
  int status = 0;
  try {
    status = ended.index == 1 ? cli::exit_status::by_signal + ended.get<1>().value()
                              : ended.get<0>().value();
  } catch (...) {
    status = told_failure();
  }
  // A name lookup cannot be interrupted, and the loop would wait for it. Nothing else is left: a
  // download has been removed, and what was written is not buffered.
  if (leat::executor::current().blocking_threads().counts().running > 0) std::_Exit(status);
  co_return status;
}

void add_when(CLI::App& to, const char* name, cli::when& into, const char* what) {
  const auto choose = [&into](const std::string& choice) {
    into = choice == "always"  ? cli::when::always
           : choice == "never" ? cli::when::never
                               : cli::when::on_terminal;
  };
  to.add_option_function<std::string>(name, choose, what)
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

// More than anybody means, and few enough for the message that says so.
constexpr int most_redirects = 1'000'000;

/// An empty text is mostly a variable of a script that is not set. It must not turn a secret, a
/// proxy or a certificate off.
CLI::Validator not_empty() {
  return {[](const std::string& text) { return std::string(text.empty() ? "it is empty" : ""); },
          ""};
}

void add_http_options(CLI::App& to, cli::http_arguments& into) {
  to.add_option("URL", into.url, "what to ask for, with http:// or https://")->required();
  to.add_option("-X,--method", into.method, "GET, or POST with a body")->check(not_empty());
  to.add_option("-H,--header", into.headers, "\"name: value\", as often as needed")
      ->allow_extra_args(false);
  to.add_option("-q,--query", into.query, "name=value, encoded and added to the URL")
      ->allow_extra_args(false);

  to.add_option("-b,--cookie", into.cookies, "name=value, for the origin of the URL")
      ->allow_extra_args(false);

  auto* const json = to.add_option("-j,--json", into.json, "the body: JSON, or @file with it");
  auto* const data =
      to.add_option("-d,--data", into.data, "the body: text, @file, or @- for the standard input");
  auto* const form = to.add_option("-F,--form", into.form, "name=value, a field of a form")
                         ->allow_extra_args(false);
  auto* const file =
      to.add_option("--file", into.files, "name=path, a file of a form, which is multipart then")
          ->allow_extra_args(false);
  json->excludes(data)->excludes(form)->excludes(file);
  data->excludes(form)->excludes(file);

  auto* const user =
      to.add_option("-u,--user", into.user, "name:password, or @file with that in it")
          ->check(not_empty());
  to.add_flag("--digest", into.uses_digest, "use --user for digest authentication")->needs(user);
  auto* const bearer =
      to.add_option("--bearer", into.bearer, "a token, or @file with it")->check(not_empty());
  auto* const netrc = to.add_flag("--netrc", into.uses_netrc,
                                  "take names and passwords from $NETRC "
                                  "or ~/.netrc");
  auto* const netrc_file =
      to.add_option("--netrc-file", into.netrc_file, "take names and passwords from this file")
          ->check(not_empty());
  user->excludes(bearer)->excludes(netrc)->excludes(netrc_file);
  bearer->excludes(netrc)->excludes(netrc_file);

  to.add_flag("-L,--follow", into.follows_redirects, "follow redirects");
  to.add_option("--max-redirects", into.max_redirects, "follow no more than so many")
      ->check(CLI::Range(0, most_redirects))
      ->capture_default_str();
  to.add_option("-t,--timeout", into.timeout, "for all of it, such as 5, 2.5s or 300ms");
  to.add_option("--connect-timeout", into.connect_timeout, "for the name and the connection")
      ->capture_default_str();
  to.add_option("--read-timeout", into.read_timeout, "for each wait for the server")
      ->capture_default_str();

  auto* const proxy =
      to.add_option(
            "-x,--proxy", into.proxy,
            "http, https or socks5 URL of a proxy, or @file with it; else $HTTP_PROXY and so on")
          ->check(not_empty());
  to.add_option("--unix-socket", into.unix_socket, "connect to this socket, whatever the URL says")
      ->check(not_empty())
      ->excludes(proxy);
  to.add_flag_callback(
      "--no-environment", [&into] { into.asks_environment = false; },
      "no proxies and no certificates from the environment");
  to.add_flag_callback(
      "--no-http2", [&into] { into.http2 = false; }, "do not offer HTTP/2 behind https");
  to.add_flag("--http2-prior-knowledge", into.http2_prior_knowledge, "speak HTTP/2 behind http");
  to.add_flag("-k,--insecure", into.is_insecure, "trust any certificate");
  to.add_option("--cacert", into.ca_file, "trust these certificates (PEM), not the system's")
      ->check(not_empty());
  auto* const certificate =
      to.add_option("--cert", into.certificate_file, "show this certificate (PEM)")
          ->check(not_empty());
  to.add_option("--key", into.key_file, "its key, if it is not in the same file")
      ->needs(certificate);

  to.add_flag("-v,--verbose", into.is_verbose, "show the heads of requests and answers");
  to.add_flag("-f,--fail", into.fails_on_status, "a status of 400 or more: no body, and exit 22");
  to.add_option("-o,--download", into.download,
                "write the body to this file, once it is complete; - is the standard output")
      ->check(not_empty());
  to.add_flag_callback(
      "--no-progress", [&into] { into.shows_progress = false; }, "show no progress of a download");
  add_when(to, "--pretty", into.pretty, "lay JSON out: auto (on a terminal), always or never");
  add_when(to, "--color", into.colour, "colours in JSON: auto (on a terminal), always or never");
}

int run(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "app") {
    return cli::make_app_command().run(count - 1, arguments + 1);
  }
  CLI::App app("Tools of Leat.", "leat");
  app.set_version_flag("--version", LEAT_VERSION);
  app.require_subcommand(1);
  cli::http_arguments http;
  auto* const command = app.add_subcommand("http", "Sends a request and shows the answer.");
  add_http_options(*command, http);
  // For the help text; its own command line is read by itself.
  app.add_subcommand("app", "Shows the configuration, variables and folders of an application.");
  std::string name;
  std::string folder = ".";
  auto* const maker = app.add_subcommand("new", "Writes a small service to begin with.");
  maker->add_option("NAME", name, "of the service, and of the folder that is made")->required();
  maker->add_option("--in", folder, "where that folder is made")->capture_default_str();
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& refused) {
    return app.exit(refused) == 0 ? cli::exit_status::ok : cli::exit_status::usage;
  }

  if (maker->parsed()) {
    cli::make_service(cli::project_name(name), folder);
    std::printf("%s/%s is there. \"make test\" in it builds it and runs its tests.\n",
                folder.c_str(), name.c_str());
    return cli::exit_status::ok;
  }
  auto request = cli::make_request(http, of_environment);
  return leat::run(run_until_signalled(http, std::move(request)));
}

/// Takes the places of the standard streams that are closed. The next file or socket would get
/// them, and what is shown would land in it. What stands there instead refuses to be used.
void occupy_standard_streams() noexcept {
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(each, F_GETFD) != -1) continue;
    // The lowest that is free, which is this one.
    static_cast<void>(::open("/dev/null", each == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace

int main(int count, char** arguments) {
  occupy_standard_streams();
  // Writing to who does not read any more is an error like others, and a quiet one.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(count, arguments);
  } catch (...) {
    return told_failure();
  }
}
