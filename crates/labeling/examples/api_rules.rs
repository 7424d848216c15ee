//! Prints the field rules of the API as JSON. `tests/python/test_rules_against_model.py` holds them
//! against the service model of the vendor's client.

fn main() {
    println!("{:#}", cairn_labeling::api_rules::dump());
}
