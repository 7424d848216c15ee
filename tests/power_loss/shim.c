/*
 * Records what a program does to the files below one folder, so that the folder can be rebuilt as a disk would hold it
 * after the power failed at any moment: see xtask/src/power_loss.
 *
 * Loaded with LD_PRELOAD. CAIRN_POWER_LOSS_DIR names the folder (canonical, existing), CAIRN_POWER_LOSS_LOG the log.
 * Every call still happens for real. A call that changes a file or a name is made and logged under one lock, so the
 * log has the order of the disk; a sync is logged before and after, so that it vouches only for what came before it.
 *
 * A call that would change the folder in a way that is not recorded is logged as such, and the reader refuses the log:
 * better no answer than a wrong one. Writes through a shared mapping are among these, except SQLite's "-shm" file,
 * which is rebuilt at every start.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation {
    OP_OPEN = 1,    /* name is the file `inode`, which was there before */
    OP_CREATE,      /* name is the new file `inode` */
    OP_WRITE,       /* data at `offset` of `inode` */
    OP_TRUNCATE,    /* `inode` has `offset` bytes now */
    OP_EXTEND,      /* `inode` has at least `offset` bytes now */
    OP_SYNC_BEGIN,  /* sync number `other` of `inode` began */
    OP_SYNC_END,    /* sync number `other` succeeded */
    OP_RENAME,      /* name is called other_name now */
    OP_UNLINK,      /* name is gone */
    OP_MKDIR,       /* name is the new folder `inode` */
    OP_RMDIR,       /* the folder name is gone */
    OP_LINK,        /* other_name is the same file as name */
    OP_UNSUPPORTED, /* something happened that this log cannot tell; name says what */
};

struct header {
    uint32_t magic;
    uint32_t operation;
    uint64_t inode;
    uint64_t other;
    uint64_t offset;
    uint64_t length;
    uint32_t name_length;
    uint32_t other_name_length;
};
#define MAGIC 0x314c5043u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int active;
static int log_descriptor = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static dev_t device;
static uint64_t next_sync;

/* The inodes below the folder that were opened: a set with open addressing; 0 is free, 1 was removed. */
#define SLOTS (1u << 20)
static uint64_t tracked[SLOTS];
static size_t tracked_count;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        static const char message[] = "power loss shim: a function of the C library is missing\n";
        (void)!((ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(2, message, sizeof message - 1);
        abort();
    }
    return found;
}
/* dlsym takes a lock and a search; the hot calls keep what it found. */
#define REAL_ONCE(name)                                 \
    ({                                                  \
        static __typeof__(&name) found;                 \
        if (!found) found = REAL(name);                 \
        found;                                          \
    })

static void fail(const char *what) {
    fprintf(stderr, "power loss shim: %s: %s\n", what, strerror(errno));
    abort();
}

static void start(void) {
    const char *dir = getenv("CAIRN_POWER_LOSS_DIR"), *path = getenv("CAIRN_POWER_LOSS_LOG");
    if (!dir || !path) return;
    struct stat status;
    if (!realpath(dir, folder) || stat(folder, &status)) fail(dir);
    folder_length = strlen(folder);
    device = status.st_dev;
    next_sync = (uint64_t)getpid() << 32;
    log_descriptor = REAL(open64)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log_descriptor < 0) fail(path);
    active = 1;
}

static int is_active(void) {
    pthread_once(&once, start);
    return active;
}

/* ---- the set of inodes ---- */

static uint64_t *slot_of(uint64_t inode) {
    uint64_t *removed = NULL;
    for (uint32_t i = (uint32_t)((inode * 0x9e3779b97f4a7c15u) >> 44);; i++) {
        uint64_t *slot = &tracked[i & (SLOTS - 1)];
        if (*slot == inode) return slot;
        if (*slot == 1 && !removed) removed = slot;
        if (*slot == 0) return removed ? removed : slot;
    }
}

static void track(uint64_t inode) {
    uint64_t *slot = slot_of(inode);
    if (*slot == inode) return;
    if (++tracked_count > SLOTS / 2) fail("too many files");
    *slot = inode;
}

static void untrack(uint64_t inode) {
    uint64_t *slot = slot_of(inode);
    if (*slot == inode) *slot = 1, tracked_count--;
}

/* Whether the descriptor is a file below the folder (or, with `folders`, a folder there); under the lock. */
static int is_tracked(int descriptor, uint64_t *inode, int folders) {
    struct stat status;
    if (fstat(descriptor, &status) || status.st_dev != device) return 0;
    if (!S_ISREG(status.st_mode) && !(folders && S_ISDIR(status.st_mode))) return 0;
    *inode = status.st_ino;
    return *slot_of(status.st_ino) == status.st_ino;
}

/* ---- names ---- */

/* The part of an absolute path below the folder, or NULL when it is not below it. */
static const char *below(const char *path) {
    if (strncmp(path, folder, folder_length)) return NULL;
    if (path[folder_length] == 0) return path + folder_length;
    return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static int path_of(int descriptor, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

/* Resolves a name that need not exist: links in its parent are followed, the name itself is taken as it is. */
static const char *resolve(int at, const char *name, char out[PATH_MAX]) {
    char whole[PATH_MAX], base[NAME_MAX + 1];
    if (name[0] == '/') {
        if (snprintf(whole, sizeof whole, "%s", name) >= (int)sizeof whole) return NULL;
    } else {
        char from[PATH_MAX];
        if (at == AT_FDCWD ? !getcwd(from, sizeof from) : !path_of(at, from)) return NULL;
        if (snprintf(whole, sizeof whole, "%s/%s", from, name) >= (int)sizeof whole) return NULL;
    }
    size_t length = strlen(whole);
    while (length > 1 && whole[length - 1] == '/') whole[--length] = 0;
    char *slash = strrchr(whole, '/');
    if (!slash || strlen(slash + 1) > NAME_MAX) return NULL;
    strcpy(base, slash + 1);
    if (!strcmp(base, ".") || !strcmp(base, "..")) return NULL;
    *(slash == whole ? slash + 1 : slash) = 0;
    if (!realpath(whole, out)) return NULL;
    size_t parent = strlen(out);
    if (parent + 1 + strlen(base) >= PATH_MAX) return NULL;
    if (out[parent - 1] != '/') out[parent++] = '/';
    strcpy(out + parent, base);
    return below(out);
}

/* ---- the log ---- */

static void append(enum operation operation, uint64_t inode, uint64_t other, uint64_t offset, const char *name,
                   const char *other_name, const struct iovec *data, int parts, uint64_t length) {
    struct header header = {
        .magic = MAGIC,
        .operation = operation,
        .inode = inode,
        .other = other,
        .offset = offset,
        .length = length,
        .name_length = name ? strlen(name) : 0,
        .other_name_length = other_name ? strlen(other_name) : 0,
    };
    struct iovec pieces[IOV_MAX];
    int count = 0;
    pieces[count++] = (struct iovec){&header, sizeof header};
    if (header.name_length) pieces[count++] = (struct iovec){(void *)name, header.name_length};
    if (header.other_name_length) pieces[count++] = (struct iovec){(void *)other_name, header.other_name_length};
    uint64_t left = length, total = sizeof header + header.name_length + header.other_name_length + length;
    for (int i = 0; i < parts && left; i++) {
        if (count == IOV_MAX) fail("a write of too many parts");
        size_t take = data[i].iov_len < left ? data[i].iov_len : left;
        pieces[count++] = (struct iovec){data[i].iov_base, take};
        left -= take;
    }
    if ((uint64_t)REAL_ONCE(writev)(log_descriptor, pieces, count) != total) fail("write the log");
}

static void note(enum operation operation, uint64_t inode, const char *name, const char *other_name) {
    append(operation, inode, 0, 0, name, other_name, NULL, 0, 0);
}

static void unsupported(const char *what) { note(OP_UNSUPPORTED, 0, what, NULL); }

#define LOCKED_BEGIN                 \
    int saved_errno;                 \
    pthread_mutex_lock(&lock)
#define LOCKED_END                   \
    saved_errno = errno;             \
    pthread_mutex_unlock(&lock);     \
    errno = saved_errno

/* ---- opening ---- */

static void opened(int descriptor, int was_there, int flags) {
    int before = errno;
    char path[PATH_MAX];
    struct stat status;
    if (!fstat(descriptor, &status) && status.st_dev == device &&
        (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) && path_of(descriptor, path)) {
        const char *name = below(path);
        if (!name) {
            /* The number of a deleted file may have come to a stranger. */
            untrack(status.st_ino);
        } else if ((flags & O_TMPFILE) == O_TMPFILE) {
            unsupported("O_TMPFILE");
        } else {
            track(status.st_ino);
            append(was_there ? OP_OPEN : OP_CREATE, status.st_ino, S_ISDIR(status.st_mode), 0, name, NULL, NULL, 0, 0);
            if (was_there && (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY)
                note(OP_TRUNCATE, status.st_ino, NULL, NULL);
        }
    }
    errno = before;
}

static int open_at(int at, const char *path, int flags, mode_t mode) {
    if (!is_active()) return REAL_ONCE(openat64)(at, path, flags, mode);
    LOCKED_BEGIN;
    struct stat status;
    int was_there = !(flags & O_CREAT) || !fstatat(at, path, &status, 0);
    int descriptor = REAL_ONCE(openat64)(at, path, flags, mode);
    if (descriptor >= 0) opened(descriptor, was_there, flags);
    LOCKED_END;
    return descriptor;
}

#define MODE(flags, last)                                    \
    mode_t mode = 0;                                         \
    if ((flags) & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) {  \
        va_list list;                                        \
        va_start(list, last);                                \
        mode = va_arg(list, mode_t);                         \
        va_end(list);                                        \
    }

int open(const char *path, int flags, ...) { MODE(flags, flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_at(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_at(at, path, flags, mode); }
int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return open_at(at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return open_at(at, path, flags, 0); }
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* ---- bytes ---- */

static void wrote(int descriptor, uint64_t inode, off_t offset, const struct iovec *data, int parts, ssize_t length) {
    int before = errno;
    append(OP_WRITE, inode, 0, (uint64_t)offset, NULL, NULL, data, parts, (uint64_t)length);
    if (fcntl(descriptor, F_GETFL) & O_DSYNC) {
        uint64_t sync = ++next_sync;
        append(OP_SYNC_BEGIN, inode, sync, 0, NULL, NULL, NULL, 0, 0);
        append(OP_SYNC_END, inode, sync, 0, NULL, NULL, NULL, 0, 0);
    }
    errno = before;
}

/* Where the `length` bytes went that were just written at the file's own position; right with O_APPEND, too. */
static off_t just_written(int descriptor, ssize_t length) { return lseek(descriptor, 0, SEEK_CUR) - length; }

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (!is_active()) return REAL_ONCE(write)(descriptor, bytes, count);
    uint64_t inode;
    struct stat status;
    /* Sockets and pipes may wait for long, and must not do so under the lock. */
    if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) return REAL_ONCE(write)(descriptor, bytes, count);
    LOCKED_BEGIN;
    ssize_t done = REAL_ONCE(write)(descriptor, bytes, count);
    struct iovec data = {(void *)bytes, count};
    if (done > 0 && is_tracked(descriptor, &inode, 0))
        wrote(descriptor, inode, just_written(descriptor, done), &data, 1, done);
    LOCKED_END;
    return done;
}

ssize_t writev(int descriptor, const struct iovec *data, int parts) {
    if (!is_active()) return REAL_ONCE(writev)(descriptor, data, parts);
    uint64_t inode;
    struct stat status;
    if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) return REAL_ONCE(writev)(descriptor, data, parts);
    LOCKED_BEGIN;
    ssize_t done = REAL_ONCE(writev)(descriptor, data, parts);
    if (done > 0 && is_tracked(descriptor, &inode, 0))
        wrote(descriptor, inode, just_written(descriptor, done), data, parts, done);
    LOCKED_END;
    return done;
}

static ssize_t pwritev_at(int descriptor, const struct iovec *data, int parts, off_t offset) {
    if (!is_active()) return REAL_ONCE(pwritev64)(descriptor, data, parts, offset);
    uint64_t inode;
    LOCKED_BEGIN;
    ssize_t done = REAL_ONCE(pwritev64)(descriptor, data, parts, offset);
    if (done > 0 && is_tracked(descriptor, &inode, 0)) {
        /* Linux appends with O_APPEND whatever the offset says. */
        struct stat status;
        if ((fcntl(descriptor, F_GETFL) & O_APPEND) && !fstat(descriptor, &status)) offset = status.st_size - done;
        wrote(descriptor, inode, offset, data, parts, done);
    }
    LOCKED_END;
    return done;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct iovec data = {(void *)bytes, count};
    return pwritev_at(descriptor, &data, 1, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct iovec data = {(void *)bytes, count};
    return pwritev_at(descriptor, &data, 1, offset);
}
ssize_t pwritev(int descriptor, const struct iovec *data, int parts, off_t offset) {
    return pwritev_at(descriptor, data, parts, offset);
}
ssize_t pwritev64(int descriptor, const struct iovec *data, int parts, off_t offset) {
    return pwritev_at(descriptor, data, parts, offset);
}
static ssize_t pwritev_flags(int descriptor, const struct iovec *data, int parts, off_t offset, int flags) {
    if (offset == -1 && !flags) return writev(descriptor, data, parts);
    if (!flags) return pwritev_at(descriptor, data, parts, offset);
    uint64_t inode;
    LOCKED_BEGIN;
    if (is_active() && is_tracked(descriptor, &inode, 0)) unsupported("pwritev2 with flags");
    ssize_t done = REAL_ONCE(pwritev64v2)(descriptor, data, parts, offset, flags);
    LOCKED_END;
    return done;
}
ssize_t pwritev2(int descriptor, const struct iovec *data, int parts, off_t offset, int flags) {
    return pwritev_flags(descriptor, data, parts, offset, flags);
}
ssize_t pwritev64v2(int descriptor, const struct iovec *data, int parts, off_t offset, int flags) {
    return pwritev_flags(descriptor, data, parts, offset, flags);
}

/* Logs bytes that the kernel moved into a file by itself, by reading them back. */
static void read_back(int descriptor, uint64_t inode, off_t offset, ssize_t length) {
    char path[64], bytes[65536];
    int before = errno;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    int reader = REAL_ONCE(openat64)(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (reader < 0) fail("read back");
    while (length > 0) {
        ssize_t got = pread64(reader, bytes, length < (ssize_t)sizeof bytes ? (size_t)length : sizeof bytes, offset);
        if (got <= 0) fail("read back");
        struct iovec data = {bytes, (size_t)got};
        wrote(descriptor, inode, offset, &data, 1, got);
        offset += got;
        length -= got;
    }
    close(reader);
    errno = before;
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count, unsigned flags) {
    if (!is_active()) return REAL_ONCE(copy_file_range)(from, from_offset, to, to_offset, count, flags);
    uint64_t inode;
    LOCKED_BEGIN;
    off_t offset = to_offset ? *to_offset : lseek(to, 0, SEEK_CUR);
    ssize_t done = REAL_ONCE(copy_file_range)(from, from_offset, to, to_offset, count, flags);
    if (done > 0 && is_tracked(to, &inode, 0)) read_back(to, inode, offset, done);
    LOCKED_END;
    return done;
}

static ssize_t send_file(int to, int from, off64_t *offset, size_t count) {
    uint64_t inode;
    struct stat status;
    if (!is_active() || fstat(to, &status) || !S_ISREG(status.st_mode))
        return REAL_ONCE(sendfile64)(to, from, offset, count);
    LOCKED_BEGIN;
    ssize_t done = REAL_ONCE(sendfile64)(to, from, offset, count);
    if (done > 0 && is_tracked(to, &inode, 0)) read_back(to, inode, just_written(to, done), done);
    LOCKED_END;
    return done;
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) { return send_file(to, from, offset, count); }
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) { return send_file(to, from, offset, count); }

ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count, unsigned flags) {
    uint64_t inode;
    if (is_active()) {
        LOCKED_BEGIN;
        if (is_tracked(to, &inode, 0)) unsupported("splice");
        LOCKED_END;
    }
    return REAL_ONCE(splice)(from, from_offset, to, to_offset, count, flags);
}

static int truncate_open(int descriptor, off_t size) {
    if (!is_active()) return REAL_ONCE(ftruncate64)(descriptor, size);
    uint64_t inode;
    LOCKED_BEGIN;
    int result = REAL_ONCE(ftruncate64)(descriptor, size);
    if (!result && is_tracked(descriptor, &inode, 0))
        append(OP_TRUNCATE, inode, 0, (uint64_t)size, NULL, NULL, NULL, 0, 0);
    LOCKED_END;
    return result;
}
int ftruncate(int descriptor, off_t size) { return truncate_open(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return truncate_open(descriptor, size); }

static int truncate_named(const char *path, off_t size) {
    if (!is_active()) return REAL_ONCE(truncate64)(path, size);
    int descriptor = open_at(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    int result = truncate_open(descriptor, size), before = errno;
    close(descriptor);
    errno = before;
    return result;
}
int truncate(const char *path, off_t size) { return truncate_named(path, size); }
int truncate64(const char *path, off64_t size) { return truncate_named(path, size); }

static void allocated(int descriptor, int mode, off_t end) {
    uint64_t inode;
    if (!is_tracked(descriptor, &inode, 0)) return;
    if (mode == 0) append(OP_EXTEND, inode, 0, (uint64_t)end, NULL, NULL, NULL, 0, 0);
    else if (mode != FALLOC_FL_KEEP_SIZE) unsupported("fallocate with a mode");
}
static int allocate(int descriptor, int mode, off_t offset, off_t length) {
    if (!is_active()) return REAL_ONCE(fallocate64)(descriptor, mode, offset, length);
    LOCKED_BEGIN;
    int result = REAL_ONCE(fallocate64)(descriptor, mode, offset, length);
    if (!result) allocated(descriptor, mode, offset + length);
    LOCKED_END;
    return result;
}
int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    return allocate(descriptor, mode, offset, length);
}
int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    return allocate(descriptor, mode, offset, length);
}
static int allocate_posix(int descriptor, off_t offset, off_t length) {
    if (!is_active()) return REAL_ONCE(posix_fallocate64)(descriptor, offset, length);
    LOCKED_BEGIN;
    int result = REAL_ONCE(posix_fallocate64)(descriptor, offset, length);
    if (!result) allocated(descriptor, 0, offset + length);
    LOCKED_END;
    return result;
}
int posix_fallocate(int descriptor, off_t offset, off_t length) { return allocate_posix(descriptor, offset, length); }
int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    return allocate_posix(descriptor, offset, length);
}

static void mapped(int protection, int flags, int descriptor) {
    uint64_t inode;
    char path[PATH_MAX];
    if (descriptor < 0 || !(protection & PROT_WRITE) || !(flags & MAP_SHARED) || !is_active()) return;
    LOCKED_BEGIN;
    if (is_tracked(descriptor, &inode, 0) && path_of(descriptor, path)) {
        size_t length = strlen(path);
        if (length < 4 || strcmp(path + length - 4, "-shm")) unsupported("a shared mapping for writing");
    }
    LOCKED_END;
}
void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    mapped(protection, flags, descriptor);
    return REAL_ONCE(mmap64)(address, length, protection, flags, descriptor, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
    mapped(protection, flags, descriptor);
    return REAL_ONCE(mmap64)(address, length, protection, flags, descriptor, offset);
}

/* ---- syncing ---- */

static int sync_with(int (*call)(int), int descriptor) {
    uint64_t inode, sync = 0;
    if (!is_active()) return call(descriptor);
    {
        LOCKED_BEGIN;
        if (is_tracked(descriptor, &inode, 1)) {
            sync = ++next_sync;
            append(OP_SYNC_BEGIN, inode, sync, 0, NULL, NULL, NULL, 0, 0);
        }
        LOCKED_END;
    }
    int result = call(descriptor);
    if (!result && sync) {
        LOCKED_BEGIN;
        append(OP_SYNC_END, inode, sync, 0, NULL, NULL, NULL, 0, 0);
        LOCKED_END;
    }
    return result;
}
int fsync(int descriptor) { return sync_with(REAL_ONCE(fsync), descriptor); }
int fdatasync(int descriptor) { return sync_with(REAL_ONCE(fdatasync), descriptor); }

/* sync_file_range promises nothing about what is on the disk; sync and syncfs are not used by anything tested. */
void sync(void) {
    if (is_active()) {
        LOCKED_BEGIN;
        unsupported("sync");
        LOCKED_END;
    }
    REAL_ONCE(sync)();
}
int syncfs(int descriptor) {
    if (is_active()) {
        LOCKED_BEGIN;
        unsupported("syncfs");
        LOCKED_END;
    }
    return REAL_ONCE(syncfs)(descriptor);
}

/* ---- names that change ---- */

static int rename_at(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    if (!is_active()) return REAL_ONCE(renameat2)(from_at, from, to_at, to, flags);
    char from_path[PATH_MAX], to_path[PATH_MAX];
    LOCKED_BEGIN;
    const char *from_name = resolve(from_at, from, from_path), *to_name = resolve(to_at, to, to_path);
    int result = REAL_ONCE(renameat2)(from_at, from, to_at, to, flags);
    if (!result && (from_name || to_name)) {
        if (!from_name || !to_name) unsupported("a rename over the edge of the folder");
        else if (flags & ~1u) unsupported("a rename that exchanges");
        else note(OP_RENAME, 0, from_name, to_name);
    }
    LOCKED_END;
    return result;
}
int rename(const char *from, const char *to) { return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char *from, int to_at, const char *to) {
    return rename_at(from_at, from, to_at, to, 0);
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    return rename_at(from_at, from, to_at, to, flags);
}

static int unlink_at(int at, const char *path, int flags) {
    if (!is_active()) return REAL_ONCE(unlinkat)(at, path, flags);
    char resolved[PATH_MAX];
    LOCKED_BEGIN;
    const char *name = resolve(at, path, resolved);
    int result = REAL_ONCE(unlinkat)(at, path, flags);
    if (!result && name) note(flags & AT_REMOVEDIR ? OP_RMDIR : OP_UNLINK, 0, name, NULL);
    LOCKED_END;
    return result;
}
int unlink(const char *path) { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return unlink_at(at, path, flags); }
int rmdir(const char *path) { return unlink_at(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    struct stat status;
    if (lstat(path, &status)) return -1;
    return unlink_at(AT_FDCWD, path, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

static int make_folder(int at, const char *path, mode_t mode) {
    if (!is_active()) return REAL_ONCE(mkdirat)(at, path, mode);
    char resolved[PATH_MAX];
    struct stat status;
    LOCKED_BEGIN;
    int result = REAL_ONCE(mkdirat)(at, path, mode);
    const char *name = result ? NULL : resolve(at, path, resolved);
    if (name && !stat(resolved, &status)) {
        track(status.st_ino);
        note(OP_MKDIR, status.st_ino, name, NULL);
    }
    LOCKED_END;
    return result;
}
int mkdir(const char *path, mode_t mode) { return make_folder(AT_FDCWD, path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { return make_folder(at, path, mode); }

static int link_at(int from_at, const char *from, int to_at, const char *to, int flags) {
    if (!is_active()) return REAL_ONCE(linkat)(from_at, from, to_at, to, flags);
    char from_path[PATH_MAX], to_path[PATH_MAX];
    LOCKED_BEGIN;
    const char *from_name = resolve(from_at, from, from_path), *to_name = resolve(to_at, to, to_path);
    int result = REAL_ONCE(linkat)(from_at, from, to_at, to, flags);
    if (!result && to_name) {
        if (from_name && !flags) note(OP_LINK, 0, from_name, to_name);
        else unsupported("a link from outside the folder");
    }
    LOCKED_END;
    return result;
}
int link(const char *from, const char *to) { return link_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    return link_at(from_at, from, to_at, to, flags);
}

static int symlink_at(const char *target, int at, const char *path) {
    char resolved[PATH_MAX];
    LOCKED_BEGIN;
    int result = REAL_ONCE(symlinkat)(target, at, path);
    if (!result && is_active() && resolve(at, path, resolved)) unsupported("a symbolic link");
    LOCKED_END;
    return result;
}
int symlink(const char *target, const char *path) { return symlink_at(target, AT_FDCWD, path); }
int symlinkat(const char *target, int at, const char *path) { return symlink_at(target, at, path); }
