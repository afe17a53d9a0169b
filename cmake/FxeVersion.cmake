# SPDX-License-Identifier: Apache-2.0
# A script that every build runs: writes HEADER, which names the commit, where it has changed.
set(FXE_COMMIT "")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=10 --exclude=*
    OUTPUT_VARIABLE FXE_COMMIT ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
configure_file(${SOURCE}/tools/commands/build_version.h.in ${HEADER} @ONLY)
