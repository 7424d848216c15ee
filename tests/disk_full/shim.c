/*
 * Lets a program's disk be full for a while: see xtask/src/disk_full.rs.
 *
 * Loaded with LD_PRELOAD. CAIRN_DISK_FULL_DIR names the folder (canonical, existing) whose disk it is, CAIRN_DISK_FULL
 * a file: as long as that file exists, every call that would take room below the folder fails with ENOSPC, as on a disk
 * without a free block. Deleting, shortening, renaming, reading and syncing go on working, and so does writing over
 * what is there, which takes no new block. A write that would make a file longer is refused whole, or, every other
 * time, after its first half: a real disk also fills in the middle of a write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_full(void) {
    const char *flag = getenv("CAIRN_DISK_FULL");
    return flag && getenv("CAIRN_DISK_FULL_DIR") && REAL(access)(flag, F_OK) == 0;
}

static int is_below(const char *path) {
    const char *folder = getenv("CAIRN_DISK_FULL_DIR");
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int is_there(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

/* How many of `count` bytes at `offset` (the file's position when negative) find room; all of them where it is not full. */
static size_t room(int descriptor, size_t count, off64_t offset) {
    static unsigned calls;
    struct stat64 status;
    if (count == 0 || !is_full() || !is_there(descriptor)) return count;
    if (REAL(fstat64)(descriptor, &status) || !S_ISREG(status.st_mode)) return count;
    if (offset < 0) {
        int flags = fcntl(descriptor, F_GETFL);
        offset = flags & O_APPEND ? status.st_size : lseek64(descriptor, 0, SEEK_CUR);
    }
    if (offset + (off64_t)count <= status.st_size) return count;
    return __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % 2 ? count / 2 : 0;
}

#define NO_ROOM(result) return errno = ENOSPC, (result)

ssize_t write(int descriptor, const void *data, size_t count) {
    size_t fits = room(descriptor, count, -1);
    if (count && !fits) NO_ROOM(-1);
    return REAL(write)(descriptor, data, fits);
}

ssize_t pwrite64(int descriptor, const void *data, size_t count, off64_t offset) {
    size_t fits = room(descriptor, count, offset);
    if (count && !fits) NO_ROOM(-1);
    return REAL(pwrite64)(descriptor, data, fits, offset);
}
ssize_t pwrite(int descriptor, const void *data, size_t count, off_t offset) {
    return pwrite64(descriptor, data, count, offset);
}

static size_t total(const struct iovec *pieces, int count) {
    size_t sum = 0;
    for (int at = 0; at < count; at++) sum += pieces[at].iov_len;
    return sum;
}
ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    size_t wanted = total(pieces, count);
    if (room(descriptor, wanted, -1) < wanted) NO_ROOM(-1);
    return REAL(writev)(descriptor, pieces, count);
}
ssize_t pwritev64(int descriptor, const struct iovec *pieces, int count, off64_t offset) {
    size_t wanted = total(pieces, count);
    if (room(descriptor, wanted, offset) < wanted) NO_ROOM(-1);
    return REAL(pwritev64)(descriptor, pieces, count, offset);
}
ssize_t pwritev(int descriptor, const struct iovec *pieces, int count, off_t offset) {
    return pwritev64(descriptor, pieces, count, offset);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    if (is_full() && is_there(out)) NO_ROOM(-1);
    return REAL(sendfile64)(out, in, offset, count);
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) { return sendfile64(out, in, offset, count); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    if (is_full() && is_there(out)) NO_ROOM(-1);
    return REAL(copy_file_range)(in, from, out, to, count, flags);
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    if (is_full() && is_there(descriptor)) NO_ROOM(-1);
    return REAL(fallocate64)(descriptor, mode, offset, length);
}
int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    return fallocate64(descriptor, mode, offset, length);
}
int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    if (is_full() && is_there(descriptor)) return ENOSPC;
    return REAL(posix_fallocate64)(descriptor, offset, length);
}
int posix_fallocate(int descriptor, off_t offset, off_t length) {
    return posix_fallocate64(descriptor, offset, length);
}

/* A new file or folder takes a block for its name. Paths are absolute below the folder: the server uses no others. */
static int makes(const char *path, int flags) {
    struct stat64 status;
    return flags & O_CREAT && is_full() && is_below(path) && REAL(stat64)(path, &status) != 0;
}
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (makes(path, flags)) NO_ROOM(-1);
    return REAL(open64)(path, flags, mode);
}
int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open64(path, flags, mode);
}
int mkdir(const char *path, mode_t mode) {
    struct stat64 status;
    if (is_full() && is_below(path) && REAL(stat64)(path, &status) != 0) NO_ROOM(-1);
    return REAL(mkdir)(path, mode);
}
