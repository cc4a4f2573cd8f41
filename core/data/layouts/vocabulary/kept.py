"""Names of folders that are kept beside classes: bins, backups, copies, screenshots, examples, what programs leave."""

from core.data.layouts.vocabulary.letters import all_words

_WORDS = {  # without separators
    "things, en": "image images img imgs picture pictures pic pics photo photos data dataset datasets file files "
    "all allimages sample samples doc docs documentation asset assets figure figures fig figs demo demos example "
    "examples misc miscellaneous deleted discarded excluded duplicate duplicates extra extras temp unused "
    "archive run runs log logs plot plots chart charts graph graphs model models weights trash recyclebin "
    "android seen unseen queries query gallery inbox todo temporaryitems systemtemporaryitems recycler recycled "
    "vticnf upload uploads download downloads dcim whatsappimages cameraroll incoming pending mystery whatisthis "
    "fieldtest ood externaltest finaltest realtest testphone production staging live external",
    "tests, en": "leaderboard challenge competition deployment realworld inthewild outofdistribution infer "
    "tobepredicted",
    "doubts, en": "toreview tobereviewed tocheck tobechecked toverify unsure notsure uncertain unclear doubtful "
    "unverified unidentified unreviewed badimages badphotos badpictures dups dupes uncropped notused dontuse leftover "
    "leftovers discard",
    "doubts, more, en": "undecided tobedecided tbd dontknow idontknow notsureyet notyetsure questionable dubious "
    "recheck torecheck doublecheck secondlook tosort",
    "doubts, more, de": "nochzuordnen nochsortieren nochprüfen nochbestimmen nichtsicher nochnichtsicher unentschieden "
    "fraglich zweifelhaft zweifelsfälle weißnicht überprüfen zuüberprüfen nochzuüberprüfen abgelehnt ausgemustert",
    "doubts, more, fr": "douteux incertain incertains passûr àcontrôler rejetés rejeté écartés",
    "doubts, more, es pt it": "dudoso dudosos incierto rechazados rechazado descartados duvidoso duvidosos incerto "
    "rejeitados descartadas dubbi dubbio incerti dacontrollare scartati",
    "doubts, pl cs sk": "dosprawdzenia doweryfikacji niepewne odrzucone kekontrole kontrolovat nejisté vyřazené "
    "nakontrolu neisté",
    "doubts, nl sv da no fi": "tecontroleren nogtecontroleren onzeker twijfel twijfelgevallen afgekeurd attkontrollera "
    "osäker osäkra kasserade tilkontrol usikker usikre kasseret kassert tarkistettavat epävarmat hylätyt",
    "doubts, hu ro tr id": "ellenőrizendő bizonytalan elutasított deverificat nesigur respinse kontroledilecek "
    "belirsiz reddedilenler perludicek ditolak",
    "doubts, uk el": "перевірити неперевірені відхилені отклонённые отклоненные сомнительные γιαέλεγχο αβέβαια",
    "doubts, de": "nochoffen unklar unsicher ungeprüft zuprüfen nochzuprüfen vorherzusagen eingang "
    "nichtverwendet nichtverwenden",
    "doubts, fr es it pt": "àvérifier àrevoir pasutilisé porrevisar porverificar pendientes noutilizado "
    "darivedere daverificare pararevisar averificar",
    "doubts, ru zh ja ko": "проверить напроверку непроверено 待确认 待定 待审核 要確認 未確認 확인필요",
    "found, en": "webcam captures captured googleimages bingimages scraped crawled videoframes various",
    "things, de": "papierkorb beispiel beispiele probe probebilder muster downloads sonstiges",
    "things, fr": "corbeille exemple exemples téléchargements échantillons",
    "things, es": "papelera ejemplo ejemplos muestras descargas",
    "things, it": "cestino esempio esempi campioni",
    "things, pt": "lixeira exemplo exemplos amostras",
    "things, ru": "примеры пример образцы загрузки",
    "things, zh": "示例 样例 下载",
    "things, ja": "サンプル 例 見本",
    "things, ko": "예시 샘플",
    "things, pl": "przykład przykłady pobrane",
    "things, nl": "voorbeeld voorbeelden",
    "things, sv": "exempel",
    "things, da": "eksempel eksempler",
    "things, fi": "esimerkki esimerkit",
    "things, tr": "örnek örnekler",
    "things, cs": "příklad příklady ukázky",
    "things, hu": "példa példák minták",
    "things, ro": "exemple mostre",
    "things, id": "contoh",
    "things, vi": "vídụ",
    "things, ar": "أمثلة",
    "things, he": "דוגמאות",
    "bins, en": "trashcan recentlydeleted todelete deleteme rubbish syncdebris removed rejects rejected "
    "trashbox networkrecyclebin recupdir vottjsonexport vottcsvexport",
    "bins, de": "gelöscht geloescht gelöschte zuletztgelöscht löschen zulöschen ausschuss müllhalde",
    "bins, fr": "supprimés supprimésrécemment supprimé àsupprimer",
    "bins, es": "papeleradereciclaje eliminados eliminadosrecientemente eliminado",
    "bins, pt": "reciclagem excluídos apagados",
    "bins, it": "eliminati eliminatidirecente",
    "bins, nl": "prullenbak prullenmand verwijderd onlangsverwijderd",
    "bins, sv da nb fi": "papperskorgen papperskorg papirkurv papirkurven roskakori",
    "bins, pl cs sk hu tr": "kosz koš kôš lomtár çöpkutusu geridönüşümkutusu",
    "bins, ru uk": "корзина кошик удалённые недавноудалённые",
    "bins, zh ja ko": "回收站 垃圾桶 资源回收筒 資源回收筒 废纸篓 廢紙簍 最近删除 最近刪除 "
    "ごみ箱 ゴミ箱 最近削除した項目 휴지통 최근삭제된항목",
    "new folders": "newfolder untitledfolder neuerordner unbenannterordner nouveaudossier dossiersanstitre "
    "nuevacarpeta carpetasintítulo nuovacartella cartellasenzatitolo novapasta nieuwemap nymapp nymappe "
    "nowyfolder nováslozka nováložka novásložka újmappa yeniklasör новаяпапка "
    "新建文件夹 新增資料夾 未命名文件夹 新しいフォルダー 新しいフォルダ 새폴더",
    "backups, en": "zzold oldfiles oldversions previousversions versions conflicts copies",
    "backups, de": "sicherung sicherungen sicherungskopie sicherungskopien archiv kopien duplikate konflikte "
    "vorherigeversionen vorgängerversionen temporär unbenutzt aussortiert verworfen verschiedenes abbildungen "
    "dokumente",
    "backups, fr": "sauvegarde sauvegardes doublons temporaire divers archives versionsprécédentes",
    "backups, es": "copiadeseguridad copiasdeseguridad respaldo respaldos copias duplicados archivo varios",
    "backups, pt it": "cópiadesegurança duplicatas copie duplicati backupvecchi temporaneo temporanei",
    "backups, nl sv da": "reservekopie kopieën kopior säkerhetskopia sikkerhedskopi",
    "backups, ru zh ja ko": "резервнаякопия копии архив 备份 備份 副本 缓存 バックアップ コピー キャッシュ 백업 캐시",
    "previews": "vorschau miniaturen miniaturansichten vorschaubilder vignettes miniatures aperçu aperçus "
    "miniaturas vistaprevia anteprime anteprima miniature миниатюры 缩略图 縮圖 サムネイル 미리보기",
    "screens": "screenshots screenshot bildschirmfotos bildschirmfoto bildschirmaufnahmen capturesdécran "
    "capturasdepantalla capturas schermate снимкиэкрана 截图 截屏 スクリーンショット 스크린샷",
    "exports": "media export exports captureone originals originale originaux originales originali",
}  # fmt: skip
KEPT = all_words({topic: text.replace(" ", "|") for topic, text in _WORDS.items()})
# of these what was rejected or is undecided, of which a name may say more: 'rejected_blurry'
UNDECIDED = all_words(
    {topic: text.replace(" ", "|") for topic, text in _WORDS.items() if topic.startswith(("doubts", "bins"))}
)
