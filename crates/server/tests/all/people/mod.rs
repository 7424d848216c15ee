//! People: signing in, passwords, teams, keys, and who may do what.

mod assets;
mod command_line;
mod keys;
mod mail;
mod passwords;
mod roles;
mod sign_in;
mod teams;
mod workers;
