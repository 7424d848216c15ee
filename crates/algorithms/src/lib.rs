//! cairn-algorithms
