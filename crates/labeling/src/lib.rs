//! cairn-labeling
