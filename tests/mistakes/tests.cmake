# The mistakes of docs/guides/mistakes that only show when the program runs, and what it says then.
leat_test(mistakes LABELS loopback
  FILES
    mistakes_test.cpp
  DEPENDS leat::http leat::pool leat::testing)
