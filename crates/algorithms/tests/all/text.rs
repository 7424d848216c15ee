//! Texts: tables with known results, what always holds, and which way a batch is decided.

use cairn_algorithms::text::{Consolidation, Method, Options, TextAnswer, Units, consolidate};
use proptest::prelude::*;

const METHODS: [Method; 3] = [Method::Cairn, Method::Select, Method::Combine];

fn options(method: Method) -> Options {
    Options {
        method,
        units: Units::Automatic,
    }
}

/// Objects, each with the texts of workers 0, 1, …
fn run(objects: &[&[&str]], options: Options) -> Consolidation {
    let answers: Vec<TextAnswer<'_>> = objects
        .iter()
        .enumerate()
        .flat_map(|(object, texts)| {
            texts
                .iter()
                .enumerate()
                .map(move |(worker, text)| TextAnswer {
                    object: object as u32,
                    worker: worker as u32,
                    text,
                })
        })
        .collect();
    consolidate(objects.len(), 9, &answers, &options).unwrap()
}

fn texts(result: &Consolidation) -> Vec<&str> {
    let text = |decision: &'_ Option<cairn_algorithms::text::Decision>| decision.is_some();
    assert!(result.objects.iter().all(text));
    result
        .objects
        .iter()
        .flatten()
        .map(|decision| decision.text.as_str())
        .collect()
}

#[test]
fn what_all_say_is_the_text_and_one_answer_stands() {
    for method in METHODS {
        let result = run(
            &[
                &["Go home!", "Go home!", "Go home!"],
                &["só  um "],
                &["", ""],
            ],
            options(method),
        );
        assert_eq!(texts(&result), ["Go home!", "só  um ", ""], "{method:?}");
        let decisions: Vec<_> = result.objects.iter().flatten().collect();
        assert_eq!(decisions[0].confidence, 1.0, "{method:?}");
        assert_eq!(
            (decisions[1].confidence, decisions[1].worker),
            (0.0, Some(0))
        );
    }
    let none = consolidate(2, 0, &[], &Options::default()).unwrap();
    assert_eq!(none.objects, [None, None]);
}

#[test]
fn words_are_voted_on_one_by_one() {
    let answers: &[&str] = &[
        "the quick brown fox jumped",
        "The quick brwn fox jumps over",
        "the quikc brown fox jumps over",
    ];
    let result = run(&[answers], options(Method::Combine));
    assert_eq!(texts(&result), ["the quick brown fox jumps over"]);
    assert!(result.combined && result.objects[0].as_ref().unwrap().worker.is_none());
    // Spaces and signs stay as most wrote them.
    let signs: &[&str] = &["Well, don't go.", "Well, dont go.", "Well, don't  go"];
    assert_eq!(
        texts(&run(&[signs], options(Method::Combine))),
        ["Well, don't go."]
    );
    // Without spaces between words, characters are what is voted on.
    let characters: &[&str] = &["東京に行きます", "東京へ行きます", "東京に行きまず"];
    assert_eq!(
        texts(&run(&[characters], options(Method::Combine))),
        ["東京に行きます"]
    );
}

#[test]
fn selection_takes_an_answer_as_it_stands() {
    let answers: &[&str] = &[
        "He was late because of the rain.",
        "He came late because of rain.",
        "no idea",
        "He was late because of rain.",
    ];
    let result = run(&[answers], options(Method::Select));
    assert_eq!(texts(&result), ["He was late because of rain."]);
    assert_eq!(result.objects[0].as_ref().unwrap().worker, Some(3));
    assert!(result.workers[2].agreement < 0.1 && result.workers[3].agreement > 0.4);
}

#[test]
fn of_two_answers_the_better_worker_decides() {
    let agreed: &[&str] = &["one two three four", "one two three four", "five six"];
    let mut objects = vec![agreed; 6];
    let two: &[&str] = &["", "", "seven ate nine"];
    objects.push(two);
    let mut answers = Vec::new();
    for (object, texts) in objects.iter().enumerate() {
        for (worker, text) in texts.iter().enumerate() {
            answers.push(TextAnswer {
                object: object as u32,
                worker: worker as u32,
                text,
            });
        }
    }
    // The last object is answered by worker 1, who agrees elsewhere, and by worker 2, who does not.
    answers.retain(|answer| answer.object < 6 || answer.worker > 0);
    answers
        .iter_mut()
        .filter(|answer| answer.object == 6 && answer.worker == 1)
        .for_each(|answer| answer.text = "seven eight nine");
    let result = consolidate(7, 3, &answers, &options(Method::Select)).unwrap();
    assert_eq!(result.objects[6].as_ref().unwrap().worker, Some(1));
}

#[test]
fn the_default_combines_transcriptions_and_selects_translations() {
    // Everybody hears the same sentence, each with another word wrong.
    let words = [
        "red", "green", "blue", "black", "white", "brown", "grey", "pink",
    ];
    let heard: Vec<Vec<String>> = (0..8)
        .map(|object| {
            let worker = |worker: usize| {
                let word = |at: usize| {
                    if at == (object + 3 * worker) % 8 {
                        "noise".to_owned() + words[worker]
                    } else {
                        words[(at + object) % 8].to_owned()
                    }
                };
                (0..8).map(word).collect::<Vec<_>>().join(" ")
            };
            (0..4).map(worker).collect()
        })
        .collect();
    let heard: Vec<Vec<&str>> = heard
        .iter()
        .map(|texts| texts.iter().map(String::as_str).collect())
        .collect();
    let heard: Vec<&[&str]> = heard.iter().map(Vec::as_slice).collect();
    let result = run(&heard, Options::default());
    assert!(result.combined);
    assert_eq!(texts(&result)[0], words.join(" "));
    // Everybody says it in words of their own.
    let told: &[&[&str]] = &[
        &[
            "he left at once",
            "he went away immediately",
            "at once he was gone",
            "he left at once , gone",
        ],
        &[
            "it rains a lot here",
            "here it rains often",
            "we have much rain",
            "rain falls here a lot",
        ],
        &[
            "i like this book",
            "this book pleases me",
            "i am fond of the book",
            "what a nice book this is",
        ],
    ];
    assert!(!run(told, Options::default()).combined);
}

#[test]
fn unknown_objects_and_workers_are_refused() {
    let answer = |object, worker| TextAnswer {
        object,
        worker,
        text: "a",
    };
    let of = |answer| {
        consolidate(1, 1, &[answer], &Options::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        of(answer(1, 0)),
        "answer 0: object 1 is outside the batch of 1 objects"
    );
    assert_eq!(
        of(answer(0, 1)),
        "answer 0: worker 1 is outside the list of 1 workers"
    );
    // Of two answers of a worker the last stands.
    let twice = [
        TextAnswer {
            text: "first",
            ..answer(0, 0)
        },
        answer(0, 0),
    ];
    let result = consolidate(1, 1, &twice, &Options::default()).unwrap();
    assert_eq!(texts(&result), ["a"]);
}

fn any_answers() -> impl Strategy<Value = Vec<(u32, u32, String)>> {
    let text = prop_oneof![
        "[ab ]{0,6}",
        "[a-c.,' ]{0,20}",
        "\\PC{0,12}",
        "[あ-う漢 \u{300}]{0,8}"
    ];
    prop::collection::vec((0u32..4, 0u32..4, text), 0..16)
}

fn of(answers: &[(u32, u32, String)], options: Options) -> Consolidation {
    let answers: Vec<TextAnswer<'_>> = answers
        .iter()
        .map(|(object, worker, text)| TextAnswer {
            object: *object,
            worker: *worker,
            text,
        })
        .collect();
    consolidate(4, 4, &answers, &options).unwrap()
}

proptest! {
    #[test]
    fn texts_have_probabilities_and_are_the_same_again(answers in any_answers(), by_character: bool) {
        for method in METHODS {
            let units = if by_character { Units::Characters } else { Units::Automatic };
            let options = Options { method, units };
            let result = of(&answers, options);
            for (object, decision) in result.objects.iter().enumerate() {
                let mut given = answers.iter().filter(|answer| answer.0 == object as u32);
                prop_assert_eq!(decision.is_some(), given.clone().count() > 0);
                if let Some(decision) = decision {
                    prop_assert!((0.0..=1.0).contains(&decision.agreement) && (0.0..=1.0).contains(&decision.confidence));
                    if let Some(worker) = decision.worker {
                        let own = given.rfind(|answer| answer.1 == worker);
                        prop_assert_eq!(&own.unwrap().2, &decision.text);
                    }
                }
            }
            for skill in &result.workers {
                prop_assert!((0.0..=1.0).contains(&skill.agreement));
            }
            prop_assert_eq!(&result, &of(&answers, options));
        }
    }

    #[test]
    fn the_order_of_answers_and_the_names_of_workers_change_nothing(answers in any_answers()) {
        let mut once = std::collections::BTreeMap::new();
        for answer in answers {
            once.insert((answer.0, answer.1), answer);
        }
        let answers: Vec<_> = once.into_values().collect();
        let reversed: Vec<_> = answers.iter().rev().cloned().collect();
        let renamed: Vec<_> =
            answers.iter().map(|(object, worker, text)| (*object, 3 - worker, text.clone())).collect();
        for method in METHODS {
            let result = of(&answers, options(method));
            prop_assert_eq!(&result, &of(&reversed, options(method)));
            let renamed = of(&renamed, options(method));
            prop_assert_eq!(result.combined, renamed.combined);
            for (one, other) in result.objects.iter().flatten().zip(renamed.objects.iter().flatten()) {
                prop_assert_eq!(&one.text, &other.text);
            }
        }
    }
}

/// Advantages that are 0 but for rounding got a slope of any size, by the order in which workers were
/// added up.
#[test]
fn rounding_noise_does_not_decide() {
    let given = [
        (0, 0, ""),
        (0, 1, ",."),
        (0, 2, ""),
        (0, 3, ","),
        (1, 1, "c"),
        (1, 2, "a..,,,.a a,c,"),
        (2, 2, ""),
    ];
    let named = |name: fn(u32) -> u32| {
        let answers = given.map(|(object, worker, text)| (object, name(worker), text.to_owned()));
        of(&answers, options(Method::Select)).objects[0]
            .clone()
            .unwrap()
            .text
    };
    assert_eq!(named(|worker| worker), named(|worker| 3 - worker));
}

/// Once every cell of every table looked words up in a tree: a minute for this.
#[test]
fn long_texts_are_put_together_soon() {
    const WORDS: usize = 700;
    let mut state = 3u64;
    let mut below = |most: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % most
    };
    let truth: Vec<String> = (0..WORDS).map(|at| format!("w{at}")).collect();
    let given: Vec<String> = (0..10)
        .map(|_| {
            let mut words = Vec::new();
            for word in &truth {
                match below(30) {
                    0 => {}
                    1 => words.push(format!("w{}", below(500))),
                    2 => words.extend([word.clone(), format!("w{}", below(500))]),
                    _ => words.push(word.clone()),
                }
            }
            words.join(" ")
        })
        .collect();
    let list: Vec<TextAnswer<'_>> = (0..)
        .zip(&given)
        .map(|(worker, text)| TextAnswer {
            object: 0,
            worker,
            text,
        })
        .collect();
    let found = consolidate(1, 10, &list, &Options::default()).unwrap();
    assert!(found.combined);
    let text = &found.objects[0].as_ref().unwrap().text;
    let words: std::collections::BTreeSet<&str> = text.split(' ').collect();
    let found = truth.iter().filter(|word| words.contains(word.as_str()));
    assert!(found.count() > WORDS - WORDS / 50);
    assert!(text.split(' ').count().abs_diff(WORDS) < WORDS / 50);
}
