leat_test(proto/fields
  FILES
    fields_test.cpp
    links_test.cpp
    list_test.cpp
    parameters_test.cpp
    validation_test.cpp
  DEPENDS leat::proto_fields)

leat_test(proto/http1
  FILES
    chunk_size_reader_test.cpp
    client_connection_test.cpp
    conversation_test.cpp
    limits_test.cpp
    server_reading_test.cpp
    server_writing_test.cpp
    smuggling_test.cpp
    transitions_test.cpp
  DEPENDS leat::proto_http1)
# The table of transitions is private.
target_include_directories(proto_http1_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

leat_test(proto/trace
  FILES
    trace_headers_test.cpp
  DEPENDS leat::proto_trace)

leat_test(proto/url
  FILES
    edit_test.cpp
    query_parameters_test.cpp
    query_test.cpp
    resolve_test.cpp
    url_test.cpp
  DEPENDS leat::proto_url)
target_include_directories(proto_url_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

leat_test(proto/cookies
  FILES
    cookie_test.cpp
    jar_test.cpp
  DEPENDS leat::proto_cookies)

leat_test(proto/hash
  FILES
    hash_test.cpp
  DEPENDS leat::proto_hash)

leat_test(proto/coding
  FILES
    content_decoder_test.cpp
  DEPENDS leat::proto_coding)

leat_test(proto/multipart
  FILES
    form_reader_test.cpp
    form_writer_test.cpp
  DEPENDS leat::proto_multipart)
leat_test(proto/http2
  FILES
    client_session_test.cpp
  DEPENDS leat::proto_http2 leat_test_http2)
leat_test(proto/ws
  FILES
    connection_test.cpp
    handshake_test.cpp
  DEPENDS leat::proto_ws leat::proto_http1)

leat_test(proto/sse
  FILES
    event_parser_test.cpp
  DEPENDS leat::proto_sse)
leat_test(proto/socks5
  FILES
    connector_test.cpp
  DEPENDS leat::proto_socks5)
leat_test(proto/text
  FILES
    charset_test.cpp
    line_splitter_test.cpp
  DEPENDS leat::proto_text)
