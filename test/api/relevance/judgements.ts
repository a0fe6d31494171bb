/**
 * What a person who types the query hopes to see: 3 what was meant, 2 good, 1 related; everything else 0. Judged by what
 * the products are, before any ranking was seen; only translations are not expected.
 */
type Grade = 1 | 2 | 3;

export interface Judgement {
  readonly query: string;
  readonly grades: Readonly<Record<string, Grade>>;
}

function judged(query: string, meant: string, good = '', related = ''): Judgement {
  const graded = (ids: string, grade: Grade) =>
    ids
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => [id, grade] as const);
  return { query, grades: Object.fromEntries([...graded(meant, 3), ...graded(good, 2), ...graded(related, 1)]) };
}

const PHONES_CN = 'phone-iphone15 phone-iphone16pro phone-apple-cn phone-huawei phone-xiaomi phone-senior';
const HEADPHONES = 'head-wireless head-xm5 head-wired head-kids';

export const judgements: readonly Judgement[] = [
  // A word
  judged('手机', PHONES_CN, '', 'case-iphone15 case-huawei holder-car film-phone bank-10000'),
  judged('手机壳', 'case-iphone15 case-huawei'),
  judged('耳机', 'ear-cn ear-cn-sport', '', 'ear-case'),
  judged('蓝牙', 'ear-cn ear-cn-sport speaker', '', 'ear-case'),
  judged('苹果', 'fruit-apple fruit-apple-green phone-iphone15 phone-apple-cn tablet-ipad', '', 'juice-apple'),
  judged('笔记本电脑', 'laptop-thinkpad laptop-legion', '', 'laptop-bag'),
  judged('平板', 'tablet-ipad tablet-huawei', '', 'laptop-bag'),
  judged('茶', 'tea-green', 'tea-pot tea-set', 'bottle'),
  judged('咖啡', 'coffee-cn'),
  judged(
    'apple',
    'phone-iphone16pro laptop-mba laptop-mbp watch-apple',
    'phone-iphone15 phone-apple-cn tablet-ipad vinegar',
    'case-iphone-en watch-strap',
  ),
  judged(
    'iphone',
    'phone-iphone15 phone-iphone16pro phone-apple-cn',
    '',
    'case-iphone15 case-iphone-en case-clear-en charger-20w',
  ),
  judged('headphones', HEADPHONES, '', 'head-stand'),
  judged('wireless', 'head-wireless head-xm5 mouse charger-wireless', 'ear-buds head-kids', 'head-wired'),
  judged('laptop', 'laptop-mba laptop-mbp', '', 'laptop-stand backpack'),
  judged('macbook', 'laptop-mba laptop-mbp', '', 'sleeve'),
  judged('galaxy', 'phone-samsung', 'ear-buds', 'case-samsung'),
  judged('coffee', 'coffee-beans coffee-machine'),
  judged('tea', 'tea-black'),
  judged('ipad', 'tablet-ipad'),
  // Several words
  judged('苹果手机', 'phone-apple-cn phone-iphone15', '', 'case-iphone15'),
  judged('苹果 手机', 'phone-apple-cn phone-iphone15', '', 'case-iphone15 film-phone'),
  judged('华为 手机', 'phone-huawei', '', 'case-huawei film-phone'),
  judged('蓝牙耳机', 'ear-cn ear-cn-sport', '', 'ear-case'),
  judged('5g 手机', 'phone-iphone15 phone-iphone16pro phone-apple-cn phone-huawei phone-xiaomi'),
  judged('wireless headphones', 'head-wireless head-xm5', 'head-kids', 'head-stand head-wired'),
  judged('iphone case', 'case-clear-en case-iphone-en'),
  judged('phone case', 'case-samsung', 'case-clear-en case-iphone-en'),
  judged('iphone 15', 'phone-iphone15', '', 'case-iphone15'),
  judged('apple watch', 'watch-apple', '', 'watch-strap'),
  judged('running shoes', 'shoes-run-en shoes-trail', '', 'socks-run'),
  judged('shoes running', 'shoes-run-en shoes-trail', '', 'socks-run'),
  judged('samsung phone', 'phone-samsung'),
  judged('usb-c cable', 'cable-usbc'),
  judged('noise cancelling', 'head-xm5 head-wireless'),
  judged('waterproof backpack', 'backpack'),
  // As typed so far
  judged('headph', HEADPHONES, 'head-stand'),
  judged('wireless head', 'head-wireless head-xm5', 'head-kids', 'head-stand head-wired'),
  judged('macbook ai', 'laptop-mba', '', 'sleeve'),
  // A letter wrong
  judged('headphnes', HEADPHONES, '', 'head-stand'),
  judged('wierless mouse', 'mouse'),
  judged('macbok air', 'laptop-mba', '', 'sleeve'),
  judged('runing shoes', 'shoes-run-en shoes-trail', '', 'socks-run'),
  judged('samsong', 'phone-samsung', 'ear-buds'),
];
