# Builds are reproducible (tests/test_reproducible.sh). Only debug information has the names of source files; a release
# build has none, and packagers map them with -ffile-prefix-map.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # Archives without times and owners, regardless of the default of ar.
    set(CMAKE_C_ARCHIVE_CREATE "<CMAKE_AR> qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_C_ARCHIVE_FINISH "<CMAKE_RANLIB> -D <TARGET>")
endif()

# Run paths are relative to the build folder, so that the files do not contain its name.
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
