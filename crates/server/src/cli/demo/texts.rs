//! The demo's texts: short sentences about four topics, half in English and half in Japanese.

/// The topics, in the order of the label category file.
pub(super) const TOPICS: [&str; 4] = ["Sports", "Weather", "Cooking", "Travel"];

/// A sentence and the topic it is about, as an index into [`TOPICS`].
pub(super) type Text = (usize, &'static str);

/// All of them.
pub(super) const TEXTS: &[Text] = &[
    (
        0,
        "The home side scored twice in the last five minutes and stayed in the league.",
    ),
    (
        1,
        "Thick fog will cover the valley until late morning, then the sun comes through.",
    ),
    (
        2,
        "Let the onions turn golden before you add the garlic, or it will burn.",
    ),
    (
        3,
        "The night train leaves at ten, and the sleeping car has to be booked a week ahead.",
    ),
    (0, "逆転のホームランが出て、球場は総立ちになった。"),
    (
        1,
        "明日は西から雨が広がり、夕方には雷を伴うところもあるでしょう。",
    ),
    (2, "だしは沸騰させず、弱火でゆっくり温めるのがこつです。"),
    (3, "空港から市内までは、電車で三十分ほどかかります。"),
    (
        0,
        "She broke her own record over four hundred metres and hardly looked tired.",
    ),
    (
        1,
        "Gusts of ninety kilometres an hour brought down trees along the coast.",
    ),
    (
        2,
        "Rest the dough for an hour; it should double in size and feel soft.",
    ),
    (
        3,
        "We crossed the border on foot and took a shared taxi to the old town.",
    ),
    (0, "新人の投手が八回まで一人の走者も出さなかった。"),
    (1, "北の山々では今朝、初雪が観測されました。"),
    (2, "卵は常温に戻してから割ると、きれいに混ざります。"),
    (3, "旅館の窓からは、湖と雪をかぶった山が見えた。"),
    (
        0,
        "The referee stopped play twice, and both coaches were shown a yellow card.",
    ),
    (
        1,
        "No rain has fallen for six weeks, and the rivers are lower than anyone remembers.",
    ),
    (
        2,
        "Season the broth at the very end, because it thickens as it simmers.",
    ),
    (
        3,
        "The hostel keeps bags for a day, so you can walk up to the monastery without them.",
    ),
    (0, "延長戦の末、二対一で決勝に進んだ。"),
    (1, "日中の気温は三十五度を超え、熱中症に注意が必要です。"),
    (2, "豆腐は重しをのせて十五分ほど水を切っておく。"),
    (3, "夜行バスを使えば、朝いちばんの船に間に合う。"),
    (
        0,
        "Rowers train on the lake before dawn, when there is no wind at all.",
    ),
    (
        1,
        "A cold front arrives tonight, and temperatures drop below zero in the hills.",
    ),
    (
        2,
        "Toast the seeds in a dry pan until they smell nutty, then grind them.",
    ),
    (
        3,
        "Our visa allowed thirty days, which was just enough for both islands.",
    ),
    (0, "平泳ぎの決勝は、最後の十メートルで順位が入れ替わった。"),
    (1, "台風は速度を落としながら、南の海上を北へ進んでいます。"),
    (2, "揚げ物は一度に入れすぎると、油の温度が下がってしまう。"),
    (3, "駅の案内所で、無料の地図とバスの一日券をもらった。"),
    (
        0,
        "After the third set he could barely serve, yet he won the match.",
    ),
    (
        1,
        "Scattered showers this afternoon; take an umbrella if you go out.",
    ),
    (
        2,
        "Fold the egg whites in gently so that the cake stays light.",
    ),
    (
        3,
        "From the ferry you see the whole harbour, with the castle above it.",
    ),
    (0, "彼女は三試合続けて得点を決め、代表に選ばれた。"),
    (1, "湿った空気が流れ込み、霧の出やすい朝になりそうです。"),
    (2, "野菜は同じ大きさに切ると、火の通りがそろいます。"),
    (3, "石畳の坂を上ると、古い修道院の入り口に着く。"),
    (
        0,
        "The goalkeeper guessed right and pushed the penalty on to the post.",
    ),
    (
        1,
        "Hail the size of peas covered the fields within minutes.",
    ),
    (
        2,
        "A spoon of vinegar keeps the cabbage bright while it cooks.",
    ),
    (
        3,
        "Buy the museum pass at the station; the queue there is much shorter.",
    ),
    (0, "駅伝の最終区で、区間新記録が生まれた。"),
    (1, "週末は高気圧に覆われ、よく晴れるでしょう。"),
    (2, "米を研いだら、三十分ほど水に浸してから炊きます。"),
    (3, "両替は空港より、町の銀行のほうが得だった。"),
    (
        0,
        "Cyclists reached the summit in small groups, five minutes behind the leader.",
    ),
    (
        1,
        "The storm weakened overnight, but high waves are still expected on the shore.",
    ),
    (
        2,
        "Marinate the fish for ten minutes, no longer, and grill it on the skin side.",
    ),
    (
        3,
        "There are only two buses a day to the village, so we walked back along the river.",
    ),
    (0, "主将のけがで、チームは布陣を変えて臨んだ。"),
    (1, "明け方は放射冷却で冷え込み、霜が降りる見込みです。"),
    (2, "味噌は火を止める直前に溶き入れる。"),
    (3, "島へ渡る船は、波が高いと欠航になることがある。"),
    (
        0,
        "Their new striker is quick, but she loses the ball when two defenders close in.",
    ),
    (
        1,
        "Humidity stays high all week, and thunder is possible each evening.",
    ),
    (
        2,
        "Line the tin with paper, or the bottom of the tart will stick.",
    ),
    (
        3,
        "The guide met us at the pass and led us down to the lake before dark.",
    ),
    (0, "審判の判定をめぐり、試合は十分間中断した。"),
    (
        1,
        "沿岸では強い風が続き、波の高さは四メートルに達する見通しです。",
    ),
    (2, "生地は冷蔵庫で一晩寝かせると、扱いやすくなる。"),
    (3, "寝台列車の切符は、発売と同時に売り切れた。"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_of_each_topic_and_language() {
        assert!(TEXTS.len() >= 60);
        for topic in 0..TOPICS.len() {
            let of_topic = TEXTS.iter().filter(|(is, _)| *is == topic);
            let (english, japanese): (Vec<&Text>, Vec<&Text>) =
                of_topic.partition(|(_, text)| text.is_ascii());
            assert!(english.len() >= 8 && japanese.len() >= 8, "{topic}");
        }
        let distinct: std::collections::HashSet<_> = TEXTS.iter().map(|(_, text)| text).collect();
        assert_eq!(distinct.len(), TEXTS.len());
    }
}
