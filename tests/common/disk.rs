//! Disks that are full, and disks that refuse what SQLite and the lock ask of them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use super::{Ran, World};

/// Runs lbjf with its store on a disk of so many KiB, and brings back what is on that disk in the end; `None`, loudly,
/// where no such disk can be had.
pub fn on_a_disk_of(kib: u64, world: &World, args: &[&str]) -> Option<Ran> {
    let state = world.database().with_file_name("");
    let lbjf = world.command(args);
    let script = "mount -t tmpfs -o size=\"$1\"k tmpfs \"$3\" || exit 98
        cp \"$2\"/* \"$3\"/ || exit 97
        shift 3
        \"$@\"
        code=$?
        cp \"$STATE_DIRECTORY\"/* \"$KEPT\"/
        exit $code";
    // Mounted over, a folder can still be reached under another name.
    let kept = world.folder.path().join("kept");
    fs::rename(&state, &kept).expect("it is there");
    fs::create_dir_all(&state).expect("it can be made");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", &kib.to_string()]);
    command.arg(&kept).arg(&state).arg(lbjf.get_program()).args(lbjf.get_args());
    command.env_clear().current_dir(world.folder.path());
    command.envs(lbjf.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("KEPT", &kept);
    let output = command.output();
    fs::remove_dir(&state).expect("what was on the disk is gone with it");
    fs::rename(&kept, &state).expect("it is there");
    match output {
        Ok(output) if output.status.code().is_none_or(|code| code < 97) => Some(world.ran(output)),
        other => {
            standins::not_tested(&format!("no small disk can be had with unshare and mount: {other:?}"));
            None
        }
    }
}

/// Fails the calls that the environment names, with the number that stands there.
const REFUSING: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

static int refuses(const char *name) {
    const char *number = getenv(name);
    if (number == NULL) return 0;
    errno = atoi(number);
    return 1;
}
static int is_lock(int what) { return what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK; }

#define FCNTL(name)                                                          \
    int name(int fd, int what, ...) {                                        \
        va_list list;                                                        \
        va_start(list, what);                                                \
        void *argument = va_arg(list, void *);                               \
        va_end(list);                                                        \
        if (is_lock(what) && refuses("REFUSE_FCNTL")) return -1;             \
        int (*next)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, #name); \
        return next(fd, what, argument);                                     \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

#define ONE(name, variable, type)                                            \
    int name type {                                                          \
        if (refuses(variable)) return -1;                                    \
        int (*next) type = (int (*) type)dlsym(RTLD_NEXT, #name);
ONE(flock, "REFUSE_FLOCK", (int fd, int what)) return next(fd, what); }
ONE(fsync, "REFUSE_FSYNC", (int fd)) return next(fd); }
ONE(fdatasync, "REFUSE_FSYNC", (int fd)) return next(fd); }
"#;

/// Runs lbjf on a disk that refuses a call (`REFUSE_FCNTL`, `REFUSE_FLOCK`, `REFUSE_FSYNC`) with an error of this
/// number; `None`, loudly, where there is no C compiler to make such a disk with.
pub fn on_a_disk_that(refuses: &str, error: i32, world: &World, args: &[&str]) -> Option<Ran> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let shim = SHIM.get_or_init(|| {
        let at = |name: &str| {
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
        };
        let (source, built) = (at("refusing.c"), at("refusing.so"));
        fs::write(&source, REFUSING).expect("Cargo's folder for tests can be written to");
        let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&built).arg(&source).output();
        let _ = fs::remove_file(&source);
        match made {
            Ok(made) if made.status.success() => Some(built),
            other => {
                standins::not_tested(&format!("no C compiler makes a disk that refuses locks: {other:?}"));
                None
            }
        }
    });
    let mut command = world.command(args);
    command.env("LD_PRELOAD", shim.as_ref()?).env(refuses, error.to_string());
    Some(world.ran(command.output().expect("lbjf was built")))
}
