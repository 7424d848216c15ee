//! How many heaps the C library keeps.

/// Lets threads share heaps, one for each core. Left alone, glibc gives eight for each core to threads
/// that take turns on the same work, and keeps what each of them once needed: a manifest of ten million
/// lines took twice the memory.
#[cfg(target_env = "gnu")]
pub fn share() {
    let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    let heaps = libc::c_int::try_from(cores).unwrap_or(2);
    // SAFETY: called before any other thread runs; it only sets a limit, and zero says it is refused.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, heaps);
    }
}

/// Other C libraries have one heap.
#[cfg(not(target_env = "gnu"))]
pub fn share() {}
