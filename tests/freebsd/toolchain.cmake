# Build for FreeBSD somewhere else, with clang(1) and lld(1):
#
#   cmake -S . -B build-freebsd -DDTCP_STATIC=ON
#       -DCMAKE_TOOLCHAIN_FILE=tests/freebsd/toolchain.cmake
#       -DCMAKE_SYSROOT=/somewhere/freebsd-14.0-amd64
#
# CMAKE_SYSROOT: base.txz of a release, unpacked; what comes from ports, such
# as libevent, below usr/local of it or where CMAKE_FIND_ROOT_PATH says.
# FREEBSD_ARCH: x86_64 or aarch64.  FREEBSD_RELEASE: what the compiler is told;
# should be the sysroot's.
set(CMAKE_SYSTEM_NAME FreeBSD)
set(FREEBSD_ARCH x86_64 CACHE STRING "x86_64 or aarch64")
set(FREEBSD_RELEASE 14.0 CACHE STRING "Release whose headers are used")
set(CMAKE_SYSTEM_PROCESSOR ${FREEBSD_ARCH})

if(NOT CMAKE_C_COMPILER)
	set(CMAKE_C_COMPILER clang)
endif()
set(CMAKE_C_COMPILER_TARGET ${FREEBSD_ARCH}-unknown-freebsd${FREEBSD_RELEASE})
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld)

# CMake asks the compiler questions; nothing has to be linked for them.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES FREEBSD_ARCH FREEBSD_RELEASE)

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
