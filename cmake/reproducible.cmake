# The same sources give the same bytes, wherever and whenever they are built (tests/test_reproducible.sh). Names of source files
# are in debug information only, which a release build does not have; a packager's flags map them (-ffile-prefix-map).
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # Archives without times and owners, whatever the default of the linker's tools.
    set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endif()

# Libraries of the build folder are found by a path relative to that folder, so that its name is not in them.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
