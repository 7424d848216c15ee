//! The portal's API as its client uses it.

mod answers;
mod fixture;
mod holds;
mod lists;
mod pages;
