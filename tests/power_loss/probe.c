/*
 * Changes a folder in every way that the recording layer knows. usage: probe FOLDER LOG
 *
 * After each step that a test looks at it prints the step's name and the length of the log by then.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *log_path;

#define DO(call)                                  \
    do {                                          \
        if ((call) < 0) perror(#call), exit(1);   \
    } while (0)

static void step(const char *name) {
    struct stat status;
    DO(stat(log_path, &status));
    printf("%s %lld\n", name, (long long)status.st_size);
}

static int make(const char *path, const char *content) {
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    DO(file);
    DO(write(file, content, strlen(content)));
    return file;
}

static void sync_folder(const char *path) {
    int folder = open(path, O_RDONLY | O_DIRECTORY);
    DO(folder);
    DO(fsync(folder));
    close(folder);
}

static void promises(void) {
    int file = make("synced", "one");
    DO(fsync(file));
    step("name-not-synced");
    sync_folder(".");
    step("synced");
    DO(pwrite(file, "two, longer", 11, 0));
    step("changed");
    DO(fdatasync(file));
    step("change-synced");
    close(file);

    make("new", "new content");
    DO(rename("new", "synced"));
    sync_folder(".");
    step("replaced-by-unsynced");

    file = make("next", "safe content");
    DO(fsync(file));
    close(file);
    DO(rename("next", "synced"));
    step("renamed");
    sync_folder(".");
    step("rename-synced");

    DO(mkdir("inner", 0755));
    sync_folder(".");
    DO(rename("synced", "inner/moved"));
    step("moved");
    sync_folder(".");
    step("moved-synced");
    DO(unlink("inner/moved"));
    step("deleted");
    sync_folder("inner");
    step("delete-synced");

    char block[16384];
    memset(block, 'a', sizeof block);
    file = open("big", O_RDWR | O_CREAT, 0644);
    DO(write(file, block, sizeof block));
    DO(fsync(file));
    sync_folder(".");
    memset(block, 'b', sizeof block);
    DO(pwrite(file, block, sizeof block, 0));
    step("overwritten");
    close(file);
}

static void every_call(void) {
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    DO(mkdirat(folder, "d", 0755));
    int file = openat(folder, "d/a", O_RDWR | O_CREAT | O_EXCL, 0600);
    DO(file);
    struct iovec parts[2] = {{"one ", 4}, {"two ", 4}};
    DO(writev(file, parts, 2));
    DO(pwritev(file, parts, 2, 100));
    DO(lseek(file, 50, SEEK_SET));
    int twin = dup(file);
    DO(write(twin, "twin", 4));
    DO(ftruncate(file, 90));
    DO(ftruncate(file, 120));
    DO(fallocate(file, 0, 100, 100));
    DO(fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 9000));
    close(twin);
    DO(truncate("d/a", 150));

    int appended = open("d/appended", O_WRONLY | O_CREAT | O_APPEND, 0600);
    DO(write(appended, "first ", 6));
    DO(pwrite(appended, "second ", 7, 0));
    DO(write(appended, "third ", 6));
    int synchronous = open("d/synchronous", O_WRONLY | O_CREAT | O_DSYNC, 0600);
    DO(write(synchronous, "at once", 7));

    int copy = creat("copy", 0600);
    loff_t from = 0, to = 5;
    DO(copy_file_range(file, &from, copy, &to, 60, 0));
    DO(lseek(file, 0, SEEK_SET));
    DO(lseek(copy, 70, SEEK_SET));
    off_t start = 0;
    DO(sendfile(copy, file, &start, 30));

    DO(link("copy", "linked"));
    DO(linkat(folder, "copy", folder, "d/linked", 0));
    DO(renameat(folder, "linked", folder, "d/renamed"));
    DO(rename("d", "e"));
    DO(write(file, "after", 5));
    DO(unlinkat(folder, "e/linked", 0));
    DO(mkdir("empty", 0755));
    DO(rmdir("empty"));
    DO(mkdir("gone", 0755));
    DO(remove("gone"));
    close(make("unlinked", "x"));
    DO(remove("unlinked"));
    close(make("e/again", "long content"));
    close(make("e/again", "short"));
    close(file);
    close(copy);
    close(appended);
    close(synchronous);
    step("end");
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    log_path = arguments[3];
    DO(chdir(arguments[2]));
    if (!strcmp(arguments[1], "promises")) promises();
    else every_call();
    return 0;
}
