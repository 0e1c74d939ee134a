# cmake -DBUILD=build/release -DPREFIX=/usr/local -P cmake/uninstall.cmake: removes the files that `cmake --install` of
# this build writes below the prefix, and the folders named lenet5. Respects DESTDIR. A temporary installation gives the
# list.
set(stage ${BUILD}/uninstall)
set(destination "$ENV{DESTDIR}")
set(ENV{DESTDIR} ${stage})
file(REMOVE_RECURSE ${stage})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE files LIST_DIRECTORIES FALSE RELATIVE ${stage} ${stage}/*)
file(GLOB_RECURSE all LIST_DIRECTORIES TRUE RELATIVE ${stage} ${stage}/*)
file(REMOVE_RECURSE ${stage})

set(removed 0)
foreach(file IN LISTS files)
    if(EXISTS "${destination}/${file}" OR IS_SYMLINK "${destination}/${file}")
        file(REMOVE "${destination}/${file}")
        math(EXPR removed "${removed} + 1")
    endif()
endforeach()

list(REMOVE_ITEM all ${files})
list(SORT all ORDER DESCENDING) # subfolders before their parents
foreach(folder IN LISTS all)
    file(GLOB left "${destination}/${folder}/*")
    if(folder MATCHES "/lenet5(/|$)" AND NOT left AND IS_DIRECTORY "${destination}/${folder}")
        file(REMOVE_RECURSE "${destination}/${folder}")
    endif()
endforeach()
message("removed ${removed} files below ${destination}${PREFIX}")
