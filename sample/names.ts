import type { Random } from './random.js';

type Words = readonly [string, ...string[]];

const SURNAMES: Words = [
  '王',
  '李',
  '张',
  '刘',
  '陈',
  '杨',
  '黄',
  '赵',
  '吴',
  '周',
  '徐',
  '孙',
  '马',
  '朱',
  '胡',
  '欧阳',
];
const GIVEN: Words = [
  ...(['伟', '芳', '娜', '秀英', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛'] as const),
  ...(['明', '超', '秀兰', '霞', '平', '刚', '桂英', '子涵', '雨桐', '浩然', '思远', '晓梅', '建国', '志强'] as const),
];
const FIRST_NAMES: Words = [
  ...(['Emma', 'Liam', 'Olivia', 'Noah', 'Ava', 'Lucas', 'Mia', 'Ethan', 'Sophie', 'James', 'Zoë', 'Felix'] as const),
  ...(['Hannah', 'Oscar', 'Clara', 'Hugo', 'Ada', 'Grace', 'Alan', 'Linus', 'Marie', 'Paul', 'Nina', 'José'] as const),
];
const LAST_NAMES: Words = [
  ...(['Smith', 'Johnson', 'Brown', 'Müller', 'Schmidt', 'Garcia', 'Martin', 'Rossi', 'Novak', 'Jensen'] as const),
  ...(['Kowalski', 'O’Brien', 'Nguyen', 'Kim', 'Tanaka', 'Dubois', 'Hopper', 'Lovelace', 'Becker', 'Silva'] as const),
];
const CHINESE_CITIES: Words = [
  '上海',
  '北京',
  '深圳',
  '广州',
  '杭州',
  '成都',
  '南京',
  '武汉',
  '西安',
  '苏州',
  '厦门',
  '青岛',
];
const OTHER_CITIES: Words = ['London', 'Berlin', 'New York', 'Paris', 'Singapore', 'Toronto', 'Madrid', 'Zürich'];

/** From common to rare. */
export const LEVELS: Words = ['bronze', 'silver', 'gold', 'platinum'];

interface Person {
  firstName: string;
  lastName: string;
  /** as it is written: a Chinese name has no space */
  name: string;
  chinese: boolean;
}

export function drawPerson(random: Random): Person {
  const chinese = random.chance(0.65);
  const firstName = random.pick(chinese ? GIVEN : FIRST_NAMES);
  const lastName = random.pick(chinese ? SURNAMES : LAST_NAMES);
  return { firstName, lastName, name: chinese ? lastName + firstName : `${firstName} ${lastName}`, chinese };
}

export function drawCity(random: Random, chinese: boolean): string {
  return random.pickSkewed(random.chance(0.9) === chinese ? CHINESE_CITIES : OTHER_CITIES);
}

export function drawPhone(random: Random, chinese: boolean): string {
  return chinese ? `+86 13${random.between(100000000, 999999999)}` : `+44 20 ${random.between(10000000, 99999999)}`;
}

/** The address is under example.com, which nobody can own; `number` makes it unique. */
export function emailOf(person: Person, number: number): string {
  const local = person.chinese
    ? 'user'
    : `${person.firstName}.${person.lastName}`.normalize('NFD').replace(/[^\w.]/g, '');
  return `${local.toLowerCase()}${number}@example.com`;
}
