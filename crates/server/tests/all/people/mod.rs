//! People: signing in, passwords, teams, keys, and who may do what.

mod sign_in;
