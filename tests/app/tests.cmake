leat_test(app
  FILES
    application_test.cpp
    directories_test.cpp
    distribution_test.cpp
    dotenv_test.cpp
    environment_test.cpp
    error_test.cpp
  DEPENDS leat::app leat::testing)

# On files and threads of the system.
leat_test(app NAME files_ LABELS loopback
  FILES
    files_test.cpp
  DEPENDS leat::app leat::testing)
