// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

#include "leat/io/tls.hpp"

namespace leat::route {

/// Is told of the steps in which a connection is made. What it throws ends that.
class connect_observer {
 public:
  virtual void connecting(const std::string& to) = 0;
  virtual void connected(const std::string& peer, const std::string& address) = 0;
  /// It could not be made, and is tried again.
  virtual void failed_once(const std::exception_ptr& why) noexcept = 0;
  virtual void opening_tunnel() = 0;
  virtual void opened_tunnel(const std::string& peer) = 0;
  virtual void beginning_tls() = 0;
  virtual void began_tls(const io::tls_info& agreed) = 0;

 protected:
  ~connect_observer() = default;
};

}  // namespace leat::route
