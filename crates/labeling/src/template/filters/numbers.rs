//! Arithmetic. What is not a number counts as 0, as in Liquid.

use super::{Arguments, Filter, filter};
use crate::template::error::Fault;
use crate::template::meter::Meter;
use crate::template::number::Number;
use crate::template::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    filter("abs", (0, 0), abs),
    filter("at_least", (1, 1), at_least),
    filter("at_most", (1, 1), at_most),
    filter("ceil", (0, 0), ceil),
    filter("divided_by", (1, 1), divided_by),
    filter("floor", (0, 0), floor),
    filter("minus", (1, 1), minus),
    filter("modulo", (1, 1), modulo),
    filter("plus", (1, 1), plus),
    filter("round", (0, 1), round),
    filter("times", (1, 1), times),
];

type Outcome<'a> = Result<Value<'a>, Fault>;

fn abs<'a>(input: Value<'a>, _: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(input.to_number().abs()))
}

fn at_least<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    let (number, bound) = (input.to_number(), arguments.get(0).to_number());
    let below = number.compare(bound).is_some_and(|order| order.is_lt());
    Ok(Value::Number(if below { bound } else { number }))
}

fn at_most<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    let (number, bound) = (input.to_number(), arguments.get(0).to_number());
    let above = number.compare(bound).is_some_and(|order| order.is_gt());
    Ok(Value::Number(if above { bound } else { number }))
}

fn ceil<'a>(input: Value<'a>, _: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(input.to_number().whole(f64::ceil)))
}

fn floor<'a>(input: Value<'a>, _: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(input.to_number().whole(f64::floor)))
}

fn divided_by<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    by(Number::divided_by, "divided_by", &input, arguments)
}

fn modulo<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    by(Number::modulo, "modulo", &input, arguments)
}

fn by<'a>(
    operation: fn(Number, Number) -> Option<Number>,
    filter: &str,
    input: &Value<'a>,
    arguments: &Arguments<'a>,
) -> Outcome<'a> {
    if input.is_nil() && arguments.get(0).is_nil() {
        return Ok(Value::Nil);
    }
    operation(input.to_number(), arguments.get(0).to_number())
        .map(Value::Number)
        .ok_or_else(|| Fault::argument(format_args!("`{filter}` cannot divide by 0")))
}

fn minus<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(
        input.to_number().minus(arguments.get(0).to_number()),
    ))
}

fn plus<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(
        input.to_number().plus(arguments.get(0).to_number()),
    ))
}

fn times<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    Ok(Value::Number(
        input.to_number().times(arguments.get(0).to_number()),
    ))
}

fn round<'a>(input: Value<'a>, arguments: &Arguments<'a>, _: &mut Meter<'_>) -> Outcome<'a> {
    let places = arguments.integer(0, 0, "round")?;
    Ok(Value::Number(input.to_number().round(places)))
}
