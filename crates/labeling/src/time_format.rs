//! The ways in which times are written, always in UTC.

use jiff::Timestamp;

/// `2019-04-18_16:10:44`, as files are named.
pub fn file_name(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d_%H:%M:%S").to_string()
}

/// `2019-04-18T16:40:59.217995`, as `creation-date`: microseconds always, no zone.
pub fn creation_date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

/// `2019-04-18T16:10:44Z`, as `submissionTime`. Whole seconds, since notebooks read exactly this.
pub fn submission_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Seconds since 1970 as a number with milliseconds, as the API gives times.
pub fn epoch_seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_file_has_its_format() {
        let time = at("2019-04-18T16:40:59.000007999Z");
        assert_eq!(file_name(time), "2019-04-18_16:40:59");
        assert_eq!(creation_date(time), "2019-04-18T16:40:59.000007");
        assert_eq!(submission_time(time), "2019-04-18T16:40:59Z");
        assert_eq!(
            creation_date(at("2019-04-18T16:40:59Z")),
            "2019-04-18T16:40:59.000000"
        );
        assert_eq!(
            epoch_seconds(at("2019-01-01T00:00:00.123Z")),
            1_546_300_800.123
        );
    }
}
