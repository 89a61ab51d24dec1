leat_test(coro
  FILES
    as_outcome_test.cpp
    background_group_test.cpp
    blocking_task_test.cpp
    cancellation_sweep_test.cpp
    channel_test.cpp
    depth_test.cpp
    event_test.cpp
    exit_stack_test.cpp
    fairness_test.cpp
    map_concurrent_test.cpp
    measure_latency_test.cpp
    move_on_after_test.cpp
    mutex_test.cpp
    once_test.cpp
    random_programs_test.cpp
    refuse_on_loop_test.cpp
    run_test.cpp
    semaphore_test.cpp
    shield_test.cpp
    sleep_test.cpp
    stream_test.cpp
    stuck_group_test.cpp
    task_drop_test.cpp
    task_group_start_test.cpp
    task_group_test.cpp
    task_report_test.cpp
    task_test.cpp
    to_thread_test.cpp
    uncancellable_test.cpp
    wait_test.cpp
    when_all_or_group_test.cpp
    when_all_test.cpp
    when_any_test.cpp
    with_cancel_scope_test.cpp
    with_context_test.cpp
    with_deadline_test.cpp
    with_timeout_test.cpp
  DEPENDS leat::coro leat::testing)

# Replaces the global operator new.
leat_test(coro NAME allocation_
  FILES
    allocation_failure_test.cpp
  DEPENDS leat::coro leat::testing)
