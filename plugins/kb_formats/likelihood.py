"""Which characters Japanese texts are made of: how likely a text is, so that encodings can be compared."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache

#: 学年別漢字配当表: the 1,026 kanji taught at primary school, by grade (文部科学省, 小学校学習指導要領, 平成29年告示).
_TAUGHT = (
    "一右雨円王音下火花貝学気九休玉金空月犬見五口校左三山子四糸字耳七車手十出女小上森人水正生青夕石赤千川"
    "先早草足村大男竹中虫町天田土二日入年白八百文木本名目立力林六"
    "引羽雲園遠何科夏家歌画回会海絵外角楽活間丸岩顔汽記帰弓牛魚京強教近兄形計元言原戸古午後語工公広交光考"
    "行高黄合谷国黒今才細作算止市矢姉思紙寺自時室社弱首秋週春書少場色食心新親図数西声星晴切雪船線前組走多"
    "太体台地池知茶昼長鳥朝直通弟店点電刀冬当東答頭同道読内南肉馬売買麦半番父風分聞米歩母方北毎妹万明鳴毛"
    "門夜野友用曜来里理話"
    "悪安暗医委意育員院飲運泳駅央横屋温化荷界開階寒感漢館岸起期客究急級宮球去橋業曲局銀区苦具君係軽血決研"
    "県庫湖向幸港号根祭皿仕死使始指歯詩次事持式実写者主守取酒受州拾終習集住重宿所暑助昭消商章勝乗植申身神"
    "真深進世整昔全相送想息速族他打対待代第題炭短談着注柱丁帳調追定庭笛鉄転都度投豆島湯登等動童農波配倍箱"
    "畑発反坂板皮悲美鼻筆氷表秒病品負部服福物平返勉放味命面問役薬由油有遊予羊洋葉陽様落流旅両緑礼列練路和"
    "愛案以衣位茨印英栄媛塩岡億加果貨課芽賀改械害街各覚潟完官管関観願岐希季旗器機議求泣給挙漁共協鏡競極熊"
    "訓軍郡群径景芸欠結建健験固功好香候康佐差菜最埼材崎昨札刷察参産散残氏司試児治滋辞鹿失借種周祝順初松笑"
    "唱焼照城縄臣信井成省清静席積折節説浅戦選然争倉巣束側続卒孫帯隊達単置仲沖兆低底的典伝徒努灯働特徳栃奈"
    "梨熱念敗梅博阪飯飛必票標不夫付府阜富副兵別辺変便包法望牧末満未民無約勇要養浴利陸良料量輪類令冷例連老"
    "労録"
    "圧囲移因永営衛易益液演応往桜可仮価河過快解格確額刊幹慣眼紀基寄規喜技義逆久旧救居許境均禁句型経潔件険"
    "検限現減故個護効厚耕航鉱構興講告混査再災妻採際在財罪殺雑酸賛士支史志枝師資飼示似識質舎謝授修述術準序"
    "招証象賞条状常情織職制性政勢精製税責績接設絶祖素総造像増則測属率損貸態団断築貯張停提程適統堂銅導得毒"
    "独任燃能破犯判版比肥非費備評貧布婦武復複仏粉編弁保墓報豊防貿暴脈務夢迷綿輸余容略留領歴"
    "胃異遺域宇映延沿恩我灰拡革閣割株干巻看簡危机揮貴疑吸供胸郷勤筋系敬警劇激穴券絹権憲源厳己呼誤后孝皇紅"
    "降鋼刻穀骨困砂座済裁策冊蚕至私姿視詞誌磁射捨尺若樹収宗就衆従縦縮熟純処署諸除承将傷障蒸針仁垂推寸盛聖"
    "誠舌宣専泉洗染銭善奏窓創装層操蔵臓存尊退宅担探誕段暖値宙忠著庁頂腸潮賃痛敵展討党糖届難乳認納脳派拝背"
    "肺俳班晩否批秘俵腹奮並陛閉片補暮宝訪亡忘棒枚幕密盟模訳郵優預幼欲翌乱卵覧裏律臨朗論"
)
#: What councils of social welfare and their newsletters need beyond these; and kanji of frequent names.
_OURS = (
    "祉齢援介護障寄附併孤催募締詳扶虐触握把症患剤寂菓寮奨励託迎越込払頼抱緒歳含与及避離継換環況携充途超遅涯震被尋稿掲載雇傾"
    "聴寝掃濯炊飾贈踊互偏悩励躍普啓即柔軟臨伴渡踏抜幅頃誰伺僚慮遠慮拠丁項頁枠塾尊厳獲拡箇紹御挨拶様皆奥"
    "藤伊斎須沢浜辺彦雄智哲恵俊樹誠宏浩淳鈴斉吾桑柴桐杉柳椎橘葵菅菊萩蒲豊隆郁鎌"
)
_FREQUENT = frozenset(_TAUGHT + _OURS)

_HIRAGANA = "あいうえおかきくけこさしすせそたちつてとなにはひまみめもやよらりるれろわをんがじでどばっょ"
_KATAKANA = (
    "アイウエオカキクコサシスセタチツテトナニネノハフホマミムメモラリルレロワン"
    "ガグゴジズダデドバビブプボパポァィェッャュョー"
)
_SIGNS = "〒〃-〕①-⑳㈱㈲㈹№℡※■□●○◆◇◎★☆▼▲▽△→←↑↓…―‥“”’‘×÷°±㎡㎝％－＋＝＆＊♪◯⑴-⒇Ⅰ-Ⅹ㋿㍻㍼"

#: Classes of characters: which, what share of a Japanese text they make up, and how many of them there are. The shares
#: are rough (counted on our own newsletters); encodings differ by so much that only the order of magnitude matters.
_CLASSES: tuple[tuple[str, float, int], ...] = (
    (f"[{_HIRAGANA}]", 0.38, 55),
    ("[ぁ-ゟ]", 0.02, 35),
    (f"[{_KATAKANA}]", 0.08, 68),
    ("[ァ-ヿ]", 0.004, 22),
    (r"[\n\r\t 　、。「」・（）／：～〜！？]", 0.12, 17),
    ("[ -~]", 0.10, 95),
    ("[０-９Ａ-Ｚａ-ｚ]", 0.02, 62),
    (f"[{_SIGNS}]", 0.02, 120),
    ("[─-╿]", 0.001, 128),
    ("[\uff61-\uff9f]", 0.5, 60),  # half-width kana: likely after another one, see _RUN
    ("[À-ɏͰ-Ͽ¡-¿]", 0.0005, 500),
    ("[Ѐ-ӿ‐-⯿㈀-㏿\uff00-\uffef\ufe30-\ufe4f]", 0.0005, 2_000),
    ("[가-힣]", 0.00001, 11_000),  # one among Latin letters is rather a kanji of names in CP932: 德永 is 힉i in UTF-8
    ("[\ufa0e-\ufa2d]", 0.001, 34),  # kanji of names that Windows adds: 﨑
    ("[\u2e80-\u2fdf\uf900-\ufaff]", 0.002, 900),  # radicals and compatibility kanji: from PDFs, and in names
)
_KANJI_FREQUENT, _KANJI_LEVEL_1, _KANJI_LEVEL_2, _KANJI_IBM, _KANJI_OTHER = (
    math.log(0.28 / 1_150),
    math.log(0.025 / 1_900),
    math.log(0.001 / 3_390),
    math.log(0.001 / 360),  # those that Windows adds to JIS X 0208: 髙﨑德 in names
    math.log(0.0002 / 15_000),
)
_ANYTHING_ELSE = math.log(0.001 / 50_000)
#: Controls, surrogates, private use, noncharacters: no text has them, but for the odd stray byte.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff]")
_CONTROL = math.log(1e-9)

#: Half-width kana come in runs, in few texts; inside a run some are frequent (ﾞ and ﾝ above all).
_RUN = re.compile("[\uff61-\uff9f]+")
_RUN_BEGINS = math.log(0.002)
#: Small ｬ ｭ ｮ stand after kana with the vowel i (拗音), in loan words after ﾃ ﾌ ｳﾞ too (ﾃﾞｭ, ﾌｭ); ﾄｮ is nothing.
_CONTRACTED = "(?:(?:(?<=[ｷｼﾁﾆﾋﾐﾘﾃﾌ])|(?<=[ｷｼﾁﾋﾃｳ]ﾞ)|(?<=ﾋﾟ))[ｬｭｮ])?"
#: Whole half-width words: a voiced mark only after a kana that can be voiced, no small kana or ｰ at the beginning.
_SPELLABLE = re.compile(f"｢?(?:(?!ﾝ)[ｱ-ﾝｦ](?:(?<=[ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<=[ﾊ-ﾎ])ﾟ)?{_CONTRACTED}[ｧ-ｫｯｰ]*ﾝ?[･､｡｣]*)+")
_MISSPELT = math.log(0.1)
#: From this length on, a run without any mark, ﾝ, ｰ or small kana is no Japanese: kanji of EUC-JP in pairs look like it
#: (電話電話 is ﾅﾅﾏﾃﾅﾅﾏﾃ).
_LONG_RUN, _TELLING = 8, re.compile("[ﾞﾟﾝｰｧ-ｯ]")
_OFTEN = frozenset("ﾝｰﾞｽﾄﾙﾗｲｸﾘｱｼﾀｶｳｷｻｺﾏﾐﾅﾔﾃﾌﾊ")

_CLASS_PATTERNS = tuple((re.compile(pattern), math.log(share / size)) for pattern, share, size in _CLASSES)


@cache
def _of_character(character: str) -> float:
    if "一" <= character <= "\u9fff":
        return _of_kanji(character)
    if _NO_TEXT.match(character):
        return _CONTROL
    if character in _OFTEN:
        return math.log(0.7 / len(_OFTEN))
    return next((value for pattern, value in _CLASS_PATTERNS if pattern.match(character)), _ANYTHING_ELSE)


def _of_kanji(character: str) -> float:
    """Taught at school; JIS level 1 (JIS X 0208, rows 16 to 47), as nearly all kanji of texts are; level 2; others."""
    if character in _FREQUENT:
        return _KANJI_FREQUENT
    code = character.encode("euc_jp", "ignore")
    if len(code) != 2:
        return _KANJI_IBM if character.encode("cp932", "ignore") else _KANJI_OTHER
    return _KANJI_LEVEL_1 if 16 <= code[0] - 0xA0 <= 47 else _KANJI_LEVEL_2


def likelihood(text: str) -> float:
    """The logarithm of how probable it is that somebody wrote this in Japanese; only differences mean something."""
    characters = sum(count * _of_character(character) for character, count in Counter(text).items())
    return characters + sum(_of_run(run[0]) for run in _RUN.finditer(text))


def _of_run(run: str) -> float:
    is_spelt = _SPELLABLE.fullmatch(run) and (len(run) < _LONG_RUN or _TELLING.search(run))
    return _RUN_BEGINS + (0 if is_spelt else _MISSPELT * len(run))


def is_text(text: str) -> bool:
    """Whether somebody may have written this in Japanese: likely enough per character, and no noise in it."""
    return is_free_of_noise(text) and likelihood(text) >= _LEAST * len(text) and not _is_foreign(text)


def _is_foreign(text: str) -> bool:
    """Whether it is Korean or Chinese that happens to be valid EUC-JP: many kanji, few that are in use, and no kana."""
    kanji = _KANJI.findall(text)
    return len(kanji) >= _MANY and not _KANA.search(text) and 2 * sum(map(_FREQUENT.__contains__, kanji)) < len(kanji)


def is_free_of_noise(text: str) -> bool:
    """Whether a text, in whatever language, has hardly any control characters."""
    return len(_NO_TEXT.findall(text)) <= len(text) * _MOST_CONTROLS


#: Lines of real text have -5 to -10 for each character, noise of 100 bytes and more -15 and less (measured).
_LEAST = -12.5
_MOST_CONTROLS = 1 / 100
_KANJI = re.compile("[一-\u9fff]")
_KANA = re.compile("[ぁ-ヿ]")
_MANY = 12
