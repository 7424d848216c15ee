//! The name of this server among its replicas.
//!
//! Background work is claimed under it, and a claim lapses only half a minute after its owner died.
//! A server that comes back after a crash must not wait for itself, so it keeps its name in its data
//! folder. A lock on that file makes sure that no two processes have one name.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::secrets::random_token;

/// Name of the file in the data folder.
const FILE: &str = "replica";

/// A name that no other process has while this value lives.
pub struct Replica {
    name: String,
    /// Held for its lock.
    _file: Option<File>,
}

impl Replica {
    /// The name kept in the folder `data`, or a new one where there is none or another process has
    /// it.
    pub fn open(data: &Path) -> io::Result<Replica> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(data.join(FILE))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Ok(Replica {
                    name: random_token(),
                    _file: None,
                });
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut name = String::new();
        // What is not text or was cut short by a crash is no name.
        let is_text = file.read_to_string(&mut name).is_ok();
        let new = random_token();
        if !is_text || name.len() != new.len() {
            name = new;
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(name.as_bytes())?;
            file.sync_all()?;
        }
        Ok(Replica {
            name,
            _file: Some(file),
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_outlives_its_process_and_is_never_shared() {
        let folder = std::env::temp_dir().join(format!("cairn-replica-{}", random_token()));
        std::fs::create_dir(&folder).unwrap();
        let first = Replica::open(&folder).unwrap();
        let beside = Replica::open(&folder).unwrap();
        assert_ne!(first.name(), beside.name());
        let name = first.name().to_owned();
        drop((first, beside));
        let again = Replica::open(&folder).unwrap();
        assert_eq!(again.name(), name);
        drop(again);
        std::fs::write(folder.join(FILE), &name[..7]).unwrap();
        let mended = Replica::open(&folder).unwrap();
        assert_ne!(mended.name(), name);
        assert_eq!(mended.name().len(), name.len());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
