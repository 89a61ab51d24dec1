# What both consumers build and run: a program for each layer that a user meets first, and
# one that links every library there is, LAYERS, so that none misses a dependency.
enable_testing()

function(leat_consumer layer)
  add_executable(uses_${layer} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/programs/${layer}.cpp)
  target_link_libraries(uses_${layer} PRIVATE leat::${layer})
  add_test(NAME uses_${layer} COMMAND uses_${layer})
endfunction()

leat_consumer(base)
leat_consumer(io)
leat_consumer(http)
leat_consumer(testing)
leat_consumer(app)
leat_consumer(service)

if(LAYERS)
  add_executable(links_everything ${CMAKE_CURRENT_LIST_DIR}/programs/base.cpp)
  list(TRANSFORM LAYERS PREPEND leat:: OUTPUT_VARIABLE libraries)
  target_link_libraries(links_everything PRIVATE ${libraries})
  add_test(NAME links_everything COMMAND links_everything)
endif()
