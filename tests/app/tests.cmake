leat_test(app
  FILES
    acquirer_test.cpp
    application_test.cpp
    background_test.cpp
    cli_test.cpp
    configuration_test.cpp
    directories_test.cpp
    distribution_test.cpp
    dotenv_test.cpp
    edit_test.cpp
    enablement_test.cpp
    environment_test.cpp
    error_test.cpp
    globals_test.cpp
    health_test.cpp
    lifespan_test.cpp
    prepare_test.cpp
    presentation_test.cpp
    reload_test.cpp
    render_error_test.cpp
    text_files_test.cpp
  DEPENDS leat::app leat::testing leat::http leat::ws)
# Templates of strings have no door of their own.
target_include_directories(app_test PRIVATE ${PROJECT_SOURCE_DIR}/src)

# On files and threads of the system.
leat_test(app NAME files_ LABELS loopback
  FILES
    cli_process_test.cpp
    files_test.cpp
    inscription_test.cpp
    log_burst_test.cpp
    run_program_test.cpp
    surface_test.cpp
  DEPENDS leat::app leat::testing)
target_compile_definitions(app_files_test PRIVATE
  LEAT_APP_HEADERS="${PROJECT_SOURCE_DIR}/include/leat/app")
