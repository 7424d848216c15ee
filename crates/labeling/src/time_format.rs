//! The ways in which times are written, always in UTC.

use jiff::{SignedDuration, Timestamp};

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

/// A time for the next file in a folder, where names have whole seconds: `now`, or the second after
/// `last`, whichever is later.
pub fn next_file_time(now: Timestamp, last: Option<Timestamp>) -> Timestamp {
    let whole = |time: Timestamp| Timestamp::from_second(time.as_second()).unwrap_or(time);
    let now = whole(now);
    let after = last.and_then(|last| whole(last).checked_add(SignedDuration::from_secs(1)).ok());
    after.map_or(now, |after| now.max(after))
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

    #[test]
    fn two_files_never_share_a_second() {
        let now = at("2020-01-01T00:00:10.9Z");
        assert_eq!(next_file_time(now, None), at("2020-01-01T00:00:10Z"));
        assert_eq!(
            next_file_time(now, Some(at("2020-01-01T00:00:09.9Z"))),
            at("2020-01-01T00:00:10Z")
        );
        assert_eq!(
            next_file_time(now, Some(at("2020-01-01T00:00:10Z"))),
            at("2020-01-01T00:00:11Z")
        );
        assert_eq!(
            next_file_time(now, Some(at("2020-01-01T00:00:30Z"))),
            at("2020-01-01T00:00:31Z")
        );
    }
}
