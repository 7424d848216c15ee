//! Prices that the public team is offered.

use serde_json::Value;

use crate::task_type::{Shape, TaskType};

/// Tenths of a cent per task.
const CLASSIFICATION: &[i64] = &[
    12, 24, 36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1080, 1200,
];
const BOX: &[i64] = &[
    36, 48, 60, 72, 120, 240, 360, 480, 600, 720, 840, 960, 1080, 1200,
];
const SEGMENTATION: &[i64] = &[840, 960, 1080, 1200];

/// Whether a price is given and on the list of the task type. Types without a list of their own have
/// that of classifications.
pub(super) fn check(price: Option<&Value>, task_type: Option<&TaskType>) -> Result<(), String> {
    let amount = price.and_then(|price| price.get("AmountInUsd"));
    let Some(amount) = amount.filter(|amount| !amount.is_null()) else {
        return Err("the public team needs a price".to_owned());
    };
    let part = |name: &str| amount.get(name).and_then(Value::as_i64).unwrap_or(0);
    let tenths = part("Dollars") * 1000 + part("Cents") * 10 + part("TenthFractionsOfACent");
    let list = match task_type {
        Some(row) if row.shape != Shape::Other => CLASSIFICATION,
        Some(row) if row.suffix.ends_with("BoundingBox") => BOX,
        Some(row) if row.suffix.ends_with("SemanticSegmentation") => SEGMENTATION,
        _ => CLASSIFICATION,
    };
    if list.contains(&tenths) {
        return Ok(());
    }
    let dollars = |tenths: i64| format!("{}.{:03}", tenths / 1000, tenths % 1000);
    let prices: Vec<String> = list.iter().map(|tenths| dollars(*tenths)).collect();
    Err(format!(
        "{} USD is not on the list of prices: {}",
        dollars(tenths),
        prices.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::task_type::task_type;

    #[test]
    fn prices_are_on_the_list_of_their_task() {
        let usd = |cents: i64, tenths: i64| json!({"AmountInUsd": {"Dollars": 0, "Cents": cents, "TenthFractionsOfACent": tenths}});
        let text = task_type("TextMultiClass");
        assert_eq!(check(Some(&usd(3, 6)), text), Ok(()));
        assert_eq!(check(Some(&usd(1, 2)), text), Ok(()));
        assert!(check(Some(&usd(1, 2)), task_type("BoundingBox")).is_err());
        assert!(check(Some(&usd(3, 6)), task_type("SemanticSegmentation")).is_err());
        let refusal = check(Some(&usd(1, 3)), text).unwrap_err();
        assert!(refusal.starts_with("0.013 USD is not on the list of prices: 0.012, 0.024"));
        assert!(check(None, text).is_err());
        assert!(check(Some(&json!({})), text).is_err());
    }
}
