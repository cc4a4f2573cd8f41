"""How likely letters are, for telling encodings apart: a name read in the wrong one comes out in rare letters."""

import re
import unicodedata

# The most frequent characters of each language, and those of usual class names.
_CHINESE = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于"
    "起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其"
    "种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代"
    "军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受"
    "光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流"
    "每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满"
    "式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志"
    "飞观争究包组造落视济喜离虽坏图良缺陷裂纹划痕格测试训练验证集类别样品废狗猫鸟鱼牛羊鸡鸭鹅兔鼠虎狮猴熊猪豹狼鹿蛇龟虫蝶蜂草树叶苹梨桃"
    "蕉葡萄橙橘柠檬莓瓜菜茄椒薯豆米麦蘑菇玉兰菊玫瑰荷船汽自行货客轿帽鞋衣裤裙杯碗盘椅桌床灯笔健康病疗癌肺骨脑皮肤塑料纸玻璃属垃圾圆方三角左右"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於"
    "起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其"
    "種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代"
    "軍產入先山五太水萬市眼體別處總才場師書比住員九笑性通目華報立馬命張活難神數件安表原車白應路期叫死常提感金何更反合放做系計或司利受"
    "光王果親界及今京務制解各任至清物臺台象記邊共風戰干接它許八特覺望直服毛林題建南度統色字請交愛讓認算論百吃義科怎元社術結六功指思非流"
    "青管連遠資隊帶花快條院變聯言權展領傳近留紅治決保達辦運武城父強步完深區求品轉量空眾技輕程告語英基滿式息寫識極黃收臉錢黨設始版雙歷"
    "狗貓鳥魚牛羊雞鴨鵝兔鼠虎獅猴熊豬豹狼鹿蛇龜蟲蝶蜂草樹葉蘋梨桃香蕉葡萄橙橘檸檬莓瓜菜茄椒薯豆米麥壞圖良缺陷裂紋劃痕測試訓練驗證類樣圓"
    "船汽貨帽鞋衣褲裙杯碗盤椅桌床燈筆健康病癌肺骨腦皮膚塑料紙玻璃"
)
_KANJI = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問"
    "高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加"
    "山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千"
    "考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢"
    "犬猫鳥魚牛馬羊鶏豚虎花草木葉林森梨桃葡萄柿栗蜜柑苺林檎傷欠陥良否検品車船電飛機自転菜茸黒白赤青緑黄色丸角左右病気肺骨服靴帽椅机"
)
_HANGUL = frozenset(
    "가각간갈감강개객거건걸검것게겨격견결경계고곡곤골공과관광교구국군굴권귀그극근글금급기긴길김까깨꺼꼬꽃끼나난날남내너네노녹논농누눈뉴"
    "는능니다단달닭담당대더던데도독돈동돼되두둥뒤드든들등디따때떡또라락란람랑래량러럭럼레려력련렬령례로록론료루류륙를름리린림립마만말망매머"
    "먼메면명모목몰무문물미민밀바박반발방배백버번벌범법베벽변별병보복본봉부북분불붕비빈빛빨빵사산살삼상새색생서석선설섬성세소속손송쇠수숙순술숲쉬스습"
    "승시식신실심십싱쌀씨아악안알암압앙애야약양어억언얼엄업없에여역연열염영예오옥온올와완왕외요용우운울원월위유육윤율으은을음응의이익인일임입잎자"
    "작잔잘장재저적전절점접정제조족존종좋좌주죽준중즈증지직진질집차착참창채책처천철첫청체초총최추축출충치친칠카칼캐커컵코콩크큰키타탄탈태택터테토"
    "통투트특틀파판팔패퍼페편평폐포폭표품풍프피필하학한할함합항해핵행향허험헤혁현형혜호혹홍화확환활황회횡효후훈휴흐흑흥희히힘"
)  # fmt: skip
_OF_LATIN = frozenset("äöüßéèêëàâáãåæçñîïíìôóòõøûúùœšžýąćęłńśźżčďěňřťůőűğış")
_TYPICAL = frozenset("äöüßéèàáçñíóøåæúâêô")

# codec -> (codec that knows which characters are usual, first bytes of those, frequent characters)
TABLES: dict[str, tuple[str, range, frozenset[str]]] = {
    "gb18030": ("gb2312", range(0xB0, 0xD8), _CHINESE),
    "cp950": ("big5", range(0xA4, 0xC7), _TRADITIONAL),
    "cp932": ("euc_jp", range(0xB0, 0xD0), _KANJI),
    "euc_jp": ("euc_jp", range(0xB0, 0xD0), _KANJI),
    "cp949": ("euc_kr", range(0xB0, 0xC9), _HANGUL),
}
# the words of an alphabet that has no Latin letters: lower, capitalised or upper case
_WORDS = {
    "cyrillic": re.compile(r"[А-ЯЁ]?[а-яёіїєґўђјљњћџ]+|[А-ЯЁ]+"),
    "greek": re.compile(r"[Α-ΩΆΈΉΊΌΎΏ]?[α-ωάέήίόύώϊϋΐΰ]+|[Α-ΩΆΈΉΊΌΎΏ]+"),
}


def letter_score(letter: str, codec: str) -> float:
    """How likely `letter` is in a name written in `codec`, an East Asian one: from 1 down to -1."""
    usual, first, frequent = TABLES[codec]
    if "぀" <= letter <= "ヿ":  # hiragana and katakana
        return 1.0 if codec in ("cp932", "euc_jp") else 0.1
    if letter in frequent:
        return 1.0
    if unicodedata.category(letter) in ("Co", "Cn", "Cc"):
        return -1.0
    if "ｦ" <= letter <= "ﾟ":  # half-width kana: what other encodings look like in this one
        return 0.0
    try:
        lead = letter.encode(usual)[0]
    except UnicodeEncodeError:
        return -0.3  # an extension
    hangul = "가" <= letter <= "힣"
    if codec == "cp949" and not hangul:
        return -0.5  # modern Korean has hardly any Chinese characters
    if unicodedata.category(letter) != "Lo":
        return 0.2 if unicodedata.category(letter)[0] == "P" or letter in "０１２３４５６７８９" else -0.5
    return 0.7 if lead in first else 0.1


def word_score(word: str, alphabet: str) -> float:
    """How likely the letters beyond ASCII of `word` are in an alphabet ('latin', 'cyrillic' or 'greek'), per letter:
    from 1 down to -1."""
    beyond = [letter for letter in word if letter > "\x7f"]
    if alphabet in _WORDS:
        fits = _WORDS[alphabet].fullmatch(word)
        return 0.9 if fits and len(word) > 1 else 0.2 if fits else -0.8
    if any(letter.lower() not in _OF_LATIN for letter in beyond):
        return -1.0
    cased = word == word.lower() or word == word.upper() or word == word.capitalize()
    share = len(beyond) / max(len(word), 2)  # a letter alone is no word
    usual = 0.9 if share <= 0.5 else 0.7 if share <= 0.75 else 0.1
    rare = sum(letter.lower() not in _TYPICAL for letter in beyond) / len(beyond)
    return (usual if cased else 0.1) - 0.2 * rare
