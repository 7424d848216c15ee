//! Argon2 in memory that goes back to the system at once.
//!
//! The library allocates its 19 MiB as anybody would, and the system's allocator learns from the first
//! that is freed to keep pieces of that size: after a morning's sign-ins a server held 490 MB. A piece
//! above 32 MiB it always maps on its own and unmaps when freed, so that much is reserved; only what
//! is used is ever touched.

use argon2::password_hash::{
    self, Decimal, Ident, Output, ParamsString, PasswordHash, PasswordHasher, Salt,
};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Above every threshold at which an allocator still keeps what is freed.
const RESERVED_BYTES: usize = 33 * 1024 * 1024;

/// Argon2id with the library's parameters, which are OWASP's: 19 MiB, two passes.
#[derive(Default)]
pub(super) struct Hasher {
    algorithm: Algorithm,
    version: Version,
    params: Params,
}

impl PasswordHasher for Hasher {
    type Params = Params;

    fn hash_password<'a>(
        &self,
        password: &[u8],
        salt: impl Into<Salt<'a>>,
    ) -> password_hash::Result<PasswordHash<'a>> {
        let salt = salt.into();
        let mut salt_bytes = [0; Salt::MAX_LENGTH];
        let salt_bytes = salt.decode_b64(&mut salt_bytes)?;
        let params = &self.params;
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let count = params.block_count();
        let mut blocks: Vec<Block> = Vec::with_capacity(count.max(RESERVED_BYTES / Block::SIZE));
        blocks.resize(count, Block::new());
        let argon2 = Argon2::new(self.algorithm, self.version, params.clone());
        let output = Output::init_with(length, |out| {
            argon2.hash_password_into_with_memory(password, salt_bytes, out, &mut blocks)?;
            Ok(())
        })?;
        Ok(PasswordHash {
            algorithm: self.algorithm.ident(),
            version: Some(self.version.into()),
            params: ParamsString::try_from(params)?,
            salt: Some(salt),
            hash: Some(output),
        })
    }

    fn hash_password_customized<'a>(
        &self,
        password: &[u8],
        algorithm: Option<Ident<'a>>,
        version: Option<Decimal>,
        params: Params,
        salt: impl Into<Salt<'a>>,
    ) -> password_hash::Result<PasswordHash<'a>> {
        let hasher = Hasher {
            algorithm: algorithm
                .map(Algorithm::try_from)
                .transpose()?
                .unwrap_or_default(),
            version: version
                .map(Version::try_from)
                .transpose()?
                .unwrap_or_default(),
            params,
        };
        hasher.hash_password(password, salt)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordVerifier, SaltString};

    use super::*;

    #[test]
    fn hashes_are_the_librarys_own() {
        let salt = SaltString::encode_b64(b"sixteen bytes...").unwrap();
        let ours = Hasher::default()
            .hash_password(b"correct horse", &salt)
            .unwrap();
        let theirs = Argon2::default()
            .hash_password(b"correct horse", &salt)
            .unwrap();
        assert_eq!(ours.to_string(), theirs.to_string());
        let verify = |password: &[u8]| Hasher::default().verify_password(password, &theirs);
        assert!(verify(b"correct horse").is_ok());
        assert!(verify(b"correct horsf").is_err());
    }
}
